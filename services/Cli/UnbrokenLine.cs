using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>
/// One line that is never wrapped: a terminal goes on in its next row by itself, and a command that is copied from there is whole.
/// </summary>
internal sealed class UnbrokenLine(IRenderable line) : IRenderable
{
    // Wider than anything; the library would break and pad at the console's width.
    private const int Wide = 1_000_000;

    public Measurement Measure(RenderOptions options, int maxWidth) => line.Measure(options, Wide);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var segment in line.Render(options, Wide))
        {
            if (!segment.IsLineBreak)
                yield return segment;
        }

        // What a progress bar left in this row.
        if (options.Ansi)
            yield return Segment.Control("\u001b[K");
        yield return Segment.LineBreak;
    }
}

using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>
/// One line that is never broken. The terminal itself wraps it, so a command copied from there is in one piece.
/// </summary>
internal sealed class UnbrokenLine(IRenderable line) : IRenderable
{
    // Wider than any line; otherwise the library would break and pad at the console's width.
    private const int Wide = 1_000_000;

    public Measurement Measure(RenderOptions options, int maxWidth) => line.Measure(options, Wide);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var segment in line.Render(options, Wide))
        {
            if (!segment.IsLineBreak)
                yield return segment;
        }

        // Erases what a progress bar left in this row.
        if (options.Ansi)
            yield return Segment.Control("\u001b[K");
        yield return Segment.LineBreak;
    }
}

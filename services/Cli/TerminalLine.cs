using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>
/// One line, which the library does not break. On a terminal, a sentence continues in the next row after a space. A command stays whole:
/// the terminal itself wraps it, so a command copied from there is in one piece.
/// </summary>
internal sealed class TerminalLine(IRenderable line) : IRenderable
{
    // Wider than any line; otherwise the library would break and pad at the console's width.
    private const int Wide = 1_000_000;

    public Measurement Measure(RenderOptions options, int maxWidth) => line.Measure(options, Wide);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        List<Segment> segments = [.. line.Render(options, Wide).Where(static segment => !segment.IsLineBreak)];
        if (options.Ansi)
        {
            var text = string.Concat(segments.Where(static segment => !segment.IsControlCode).Select(static segment => segment.Text));
            segments = [.. Break(segments, LineBreaks.Find(text, maxWidth), LineBreaks.IndentOf(text))];
            // Erases what a progress bar left in this row.
            segments.Add(Erase);
        }

        return segments.Append(Segment.LineBreak);
    }

    private static Segment Erase => Segment.Control("\u001b[K");

    private static IEnumerable<Segment> Break(IEnumerable<Segment> segments, IReadOnlyList<int> starts, int indent)
    {
        var (place, next) = (0, 0);
        foreach (var segment in segments)
        {
            if (segment.IsControlCode)
            {
                yield return segment;
                continue;
            }

            var rest = segment.Text;
            while (next < starts.Count && starts[next] <= place + rest.Length)
            {
                // Without the space.
                var length = starts[next] - place;
                if (length > 1)
                    yield return new Segment(rest[..(length - 1)], segment.Style);
                yield return Erase;
                yield return Segment.LineBreak;
                yield return new Segment(new string(' ', indent));
                (rest, place, next) = (rest[length..], starts[next], next + 1);
            }

            if (rest.Length > 0)
                yield return new Segment(rest, segment.Style);
            place += rest.Length;
        }
    }
}

using ModelServing.Contracts;
using Spectre.Console.Rendering;

namespace ModelServing.Cli;

/// <summary>Shows text that clients, model files or other programs chose. The library passes on what a terminal obeys; here only the
/// library's own commands reach the terminal.</summary>
internal sealed class VisibleRenderable(IRenderable content) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => content.Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var segment in content.Render(options, maxWidth))
        {
            yield return segment.IsControlCode || segment.IsLineBreak
                ? segment
                : new Segment(VisibleText.From(segment.Text), segment.Style);
        }
    }
}

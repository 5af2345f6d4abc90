using ModelServing.Settings.Schema;
using YamlDotNet.Core;

namespace ModelServing.Settings.Yaml;

/// <summary>Turns an error of the YAML library into a fault at the line that a person must change. The library reports some errors where
/// the surrounding value starts.</summary>
internal static class YamlFault
{
    private const string Invalid = "this is not valid YAML: ";

    internal static SettingsFault From(string text, YamlException e)
    {
        // The library's message may start with the position.
        var message = e.InnerException?.Message ?? e.Message;
        var reason = message[(message.IndexOf("): ", StringComparison.Ordinal) is var i and >= 0 ? i + 3 : 0)..];
        // The library notices some tabs where the map around them starts.
        var last = reason.Contains(" tab ", StringComparison.Ordinal) ? int.MaxValue : (int)e.End.Line + 1;
        if (FindTab(text, (int)e.Start.Line, last) is { } tab)
            return new SettingsFault("", Invalid + "this line is indented with a tab; use spaces", tab);
        if (reason.Contains("quoted scalar, found unexpected", StringComparison.Ordinal)
            || reason.Contains("wrong indentation", StringComparison.Ordinal))
            return At(e.Start, "the quote that opens here is not closed");
        if (reason.Contains("invalid mapping", StringComparison.Ordinal) || reason.Contains("expected key", StringComparison.Ordinal))
        {
            return At(
                Later(e.Start, e.End),
                "there is no place for this key: it must be indented like the keys beside it, and a value that contains ': ' needs quotes");
        }

        return At(e.Start, Quoted.Sentence(reason));
    }

    private static SettingsFault At(Mark mark, string message) =>
        new("", Invalid + message, new TextPosition((int)mark.Line, (int)mark.Column));

    private static Mark Later(Mark start, Mark end) => end.Line >= start.Line ? end : start;

    // The first tab in the indentation of these lines.
    private static TextPosition? FindTab(string text, int first, int last)
    {
        var line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            var content = text.AsSpan(range);
            var indentation = content[..^content.TrimStart().Length];
            var isInError = line >= first && line <= last && indentation.Length < content.TrimEnd().Length;
            if (isInError && indentation.IndexOf('\t') is var at and >= 0)
                return new TextPosition(line, at + 1);
        }

        return null;
    }
}

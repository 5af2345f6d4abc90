using ModelServing.Contracts;

namespace ModelServing.Cli;

/// <summary>Where a sentence continues in the next row of a terminal: after a space, but not within a quoted command. A line that is a
/// command has no break, because what is copied from the terminal must be in one piece.</summary>
internal static class LineBreaks
{
    // The first words of commands that we print.
    private static readonly string[] Programs = [OwnCommand.Name, "./dev", "->", "curl", "dotnet", "git", "kubectl", "oci", "pulumi", "rm"];

    /// <summary>How far further rows are indented: two columns more than the first.</summary>
    internal static int IndentOf(string text) => text.Length - text.TrimStart(' ').Length + 2;

    /// <summary>Finds the places where further rows begin. The space before each is left out.</summary>
    /// <param name="text">The line.</param>
    /// <param name="width">The columns of the terminal.</param>
    internal static IReadOnlyList<int> Find(string text, int width)
    {
        var starts = new List<int>();
        var room = width - IndentOf(text);
        if (text.Length <= width || room < 20 || IsCommand(text))
            return starts;
        // A row that begins at 0 is the line's own indentation and some word at least.
        var (start, most) = (text.Length - text.TrimStart(' ').Length, width);
        var spaces = Spaces(text).Where(space => space > start).ToList();
        for (var from = 0; text.Length - from > most; (from, most) = (start, room))
        {
            var space = spaces.FindLast(each => each > start && each - from <= most);
            if (space == 0)
                space = spaces.Find(each => each > start);
            if (space == 0)
                break;
            start = space + 1;
            starts.Add(start);
        }

        return starts;
    }

    private static bool IsCommand(string text) =>
        Array.Exists(Programs, program => text.TrimStart(' ').StartsWith(program + " ", StringComparison.Ordinal));

    // The places of spaces outside of quotes. A quote begins after a space or a bracket, and an apostrophe does not.
    private static IEnumerable<int> Spaces(string text)
    {
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote)
                quote = null;
            else if (quote is null && c is '\'' or '"' && (i == 0 || text[i - 1] is ' ' or '(' or '['))
                quote = text.IndexOf(c, i + 1) < 0 ? null : c;
            else if (quote is null && c == ' ' && i + 1 < text.Length && text[i + 1] != ' ')
                yield return i;
        }
    }
}

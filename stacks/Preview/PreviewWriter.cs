using System.Globalization;

namespace ModelServing.Stacks.Preview;

/// <summary>Writes changes as a tree: plain, with colours, or for a pull request.</summary>
internal sealed class PreviewWriter(TextWriter output, PreviewFormat format)
{
    private const string Reset = "\u001b[0m";

    /// <summary>Writes the whole stack, or for a comparison the changes and the resources that lead to them.</summary>
    internal void Write(string title, IReadOnlyList<ResourceChange> changes, bool isComparison, IEnumerable<string> notes)
    {
        var isMarkdown = format == PreviewFormat.Markdown;
        var isSummaryFirst = format is PreviewFormat.Markdown or PreviewFormat.Difference;
        if (format != PreviewFormat.Difference)
            output.WriteLine(isMarkdown ? $"### {title}\n" : title);
        // A page may cut off the end, so the summary comes first.
        if (isSummaryFirst)
            output.WriteLine(Summary(changes, isComparison) + "\n");
        var shown = Shown(changes, isComparison);
        if (shown.Count > 0)
        {
            if (isMarkdown)
                output.WriteLine("```diff");
            foreach (var change in Visible(changes, shown).Where(change => !shown.Contains(change.Resource.Parent)))
                WriteTree(change, changes, shown, 0, isComparison);
            // Deleted resources are not in the new tree. They come last, as in an apply.
            foreach (var change in changes.Where(static change => change.Change == Change.Delete))
                WriteLine('-', 0, $"{change.Resource.Type} {change.Resource.Name} (delete)");
            if (isMarkdown)
                output.WriteLine("```");
        }

        output.WriteLine();
        if (!isSummaryFirst)
            output.WriteLine(Summary(changes, isComparison));
        foreach (var note in notes)
            output.WriteLine(isMarkdown ? $"- {note}" : note);
    }

    private void WriteTree(ResourceChange change, IReadOnlyList<ResourceChange> all, HashSet<string> shown, int depth, bool isComparison)
    {
        var (sign, verb) = change.Change switch
        {
            Change.Create => (isComparison ? '+' : ' ', isComparison ? " (create)" : ""),
            Change.Update => ('~', " (update)"),
            Change.Replace => ('!', " (replace)"),
            _ => (' ', ""),
        };
        WriteLine(sign, depth, $"{change.Resource.Type} {change.Resource.Name}{verb}");
        foreach (var line in change.Lines)
            WriteLine(line.Sign, depth + 2 + line.Depth, line.Text);
        foreach (var child in Visible(all, shown).Where(child => child.Resource.Parent == change.Resource.Urn))
            WriteTree(child, all, shown, depth + 1, isComparison);
    }

    private static IEnumerable<ResourceChange> Visible(IReadOnlyList<ResourceChange> changes, HashSet<string> shown) =>
        changes.Where(change => change.Change != Change.Delete && shown.Contains(change.Resource.Urn));

    private void WriteLine(char sign, int depth, string text)
    {
        // Markdown's diff colours lines by their first character, but does not know ~.
        var mark = format is PreviewFormat.Markdown or PreviewFormat.Difference && sign == '~' ? '!' : sign;
        var line = $"{mark} {new string(' ', depth * 2)}{text}";
        var colour = format != PreviewFormat.Colour ? "" : sign switch
        {
            '+' => "\u001b[32m",
            '-' => "\u001b[31m",
            '~' => "\u001b[33m",
            '!' => "\u001b[35m",
            _ => "",
        };
        output.WriteLine(colour.Length == 0 ? line.TrimEnd() : colour + line + Reset);
    }

    private static HashSet<string> Shown(IReadOnlyList<ResourceChange> changes, bool isComparison)
    {
        if (!isComparison)
            return [.. changes.Select(static change => change.Resource.Urn)];

        var byUrn = changes.ToDictionary(static change => change.Resource.Urn);
        var shown = new HashSet<string>();
        foreach (var change in changes.Where(static change => change.Change is not (Change.Same or Change.Delete)))
        {
            for (var resource = change.Resource; shown.Add(resource.Urn) && byUrn.TryGetValue(resource.Parent, out var parent);)
                resource = parent.Resource;
        }

        return shown.Count > 0 || changes.All(static change => change.Change != Change.Delete) ? shown : [""];
    }

    private static string Summary(IReadOnlyList<ResourceChange> changes, bool isComparison)
    {
        if (!isComparison)
            return string.Create(CultureInfo.InvariantCulture, $"{changes.Count} resources");

        int Count(Change change) => changes.Count(each => each.Change == change);
        var parts = new[]
        {
            (Change.Create, "to create"),
            (Change.Update, "to update"),
            (Change.Replace, "to replace"),
            (Change.Delete, "to delete"),
            (Change.Same, "unchanged"),
        };
        return string.Join(", ", parts.Select(part => (Count: Count(part.Item1), part.Item2)).Where(static part => part.Count > 0)
            .Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Item2}")));
    }
}

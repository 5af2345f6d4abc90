using System.Globalization;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Stacks.Preview;

/// <summary>Writes changes as a tree: plain, with colours, or for a pull request.</summary>
internal sealed class PreviewWriter(TextWriter output, PreviewFormat format)
{
    private const string Reset = "\u001b[0m";
    private const int Columns = 80;

    /// <summary>Writes the summary, then the whole stack, or for a comparison the changes and the resources that lead to them.</summary>
    internal void Write(string title, PreviewSummary summary, StackComparison comparison, IEnumerable<string> notes)
    {
        var isMarkdown = format == PreviewFormat.Markdown;
        output.WriteLine($"{(isMarkdown ? "### " : "")}{title}\n");
        if (isMarkdown)
            WriteFolded(summary, comparison);
        else
        {
            WriteSummary(summary);
            output.WriteLine();
            WriteDetails(comparison);
            output.WriteLine();
            output.WriteLine(Counts(comparison));
        }

        foreach (var note in notes)
        {
            if (isMarkdown)
                output.WriteLine($"- {note}");
            // A command must stay in one piece.
            else if (note.StartsWith(StackSnapshot.NextStep, StringComparison.Ordinal))
                output.WriteLine(note);
            else
                WriteWrapped(note);
        }
    }

    /// <summary>Writes why a stack can't be rendered: one fault a line, the further ones indented.</summary>
    internal void WriteFault(string message)
    {
        foreach (var line in message.Split('\n'))
            WriteWrapped(line);
    }

    /// <summary>Writes the summary: what happens, then the risks.</summary>
    internal void WriteSummary(PreviewSummary summary)
    {
        foreach (var line in summary.Lines)
            WriteWrapped("- " + line);
        if (summary.Risks.Count > 0 && summary.Lines.Count > 0)
            output.WriteLine();
        foreach (var risk in summary.Risks)
            WriteWrapped(risk);
    }

    /// <summary>Writes the table of costs.</summary>
    internal void WriteCost(IEnumerable<string> lines)
    {
        var isMarkdown = format == PreviewFormat.Markdown;
        output.WriteLine(isMarkdown ? "\n```text" : "");
        foreach (var line in lines)
            WriteWrapped(line);
        if (isMarkdown)
            output.WriteLine("```");
    }

    /// <summary>Writes the counts and the details, for a program that writes the page around them.</summary>
    internal void WriteDifference(StackComparison comparison, IEnumerable<string> notes)
    {
        // A page may cut off the end, so the counts come first.
        output.WriteLine(Counts(comparison) + "\n");
        WriteDetails(comparison);
        output.WriteLine();
        foreach (var note in notes)
            output.WriteLine(note);
    }

    private void WriteFolded(PreviewSummary summary, StackComparison comparison)
    {
        // In code blocks, because names and statements are not Markdown.
        output.WriteLine("```text");
        WriteSummary(summary);
        output.WriteLine($"```\n\n<details><summary>{Counts(comparison)}</summary>\n\n```diff");
        WriteDetails(comparison);
        output.WriteLine("```\n\n</details>\n");
    }

    private void WriteDetails(StackComparison comparison)
    {
        var (changes, isComparison) = (comparison.Changes, comparison.Left is not null);
        var shown = Shown(changes, isComparison);
        foreach (var change in Visible(changes, shown).Where(change => !shown.Contains(change.Resource.Parent)))
            WriteTree(change, changes, shown, 0, isComparison);
        // Deleted resources are not in the new tree. They come last, as in an apply.
        foreach (var change in changes.Where(static change => change.Change == Change.Delete))
            WriteLine('-', 0, $"{change.Resource.Type} {change.Resource.Name} (delete)");
    }

    private void WriteTree(ResourceChange change, IReadOnlyList<ResourceChange> all, HashSet<string> shown, int depth, bool isComparison)
    {
        var (sign, verb) = change.Change switch
        {
            Change.Create => (isComparison ? '+' : ' ', isComparison ? " (create)" : ""),
            Change.Update => ('~', " (update)"),
            Change.Replace => ('!', " (replace)"),
            _ => (change.IsSame ? ' ' : '?', change.IsSame ? "" : " (not comparable)"),
        };
        if (change.Cause is { } cause)
            verb = $"{verb[..^1]}, with {cause.Kind} {cause.Name})";
        WriteLine(sign, depth, $"{change.Resource.Type} {change.Resource.Name}{verb}");
        var lines = change.Change == Change.Create
            ? InputLines.From(change.Resource.Inputs, isComparison ? '+' : ' ')
            : InputLines.From(change.Values);
        foreach (var line in lines)
            WriteLine(line.Sign, depth + 2 + line.Depth, line.Text);
        foreach (var path in change.NotComparable)
            WriteLine('?', depth + 2, $"{path}: not comparable");
        foreach (var child in Visible(all, shown).Where(child => child.Resource.Parent == change.Resource.Urn))
            WriteTree(child, all, shown, depth + 1, isComparison);
    }

    private static IEnumerable<ResourceChange> Visible(IReadOnlyList<ResourceChange> changes, HashSet<string> shown) =>
        changes.Where(change => change.Change != Change.Delete && shown.Contains(change.Resource.Urn));

    // A terminal's lines have 80 columns; a file's lines are read by programs and stay whole.
    private void WriteWrapped(string text)
    {
        if (format is not (PreviewFormat.Plain or PreviewFormat.Colour))
        {
            output.WriteLine(text);
            return;
        }

        // A line that is indented stays so, and goes on below its own text.
        var indent = text[..(text.Length - text.TrimStart(' ').Length)];
        var line = "";
        foreach (var word in text[indent.Length..].Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Columns)
            {
                output.WriteLine(line);
                line = indent + "  " + word;
            }
            else
                line = line.Length == 0 ? indent + word : $"{line} {word}";
        }

        output.WriteLine(line);
    }

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
        foreach (var change in changes.Where(static change => !change.IsSame && change.Change != Change.Delete))
        {
            for (var resource = change.Resource; shown.Add(resource.Urn) && byUrn.TryGetValue(resource.Parent, out var parent);)
                resource = parent.Resource;
        }

        return shown.Count > 0 || changes.All(static change => change.Change != Change.Delete) ? shown : [""];
    }

    private static string Counts(StackComparison comparison)
    {
        var changes = comparison.Changes;
        if (comparison.Left is null)
            return string.Create(CultureInfo.InvariantCulture, $"{changes.Count} resources");

        int Count(Change change) => changes.Count(each => each.Change == change);
        var same = changes.Count(static each => each.IsSame);
        (int Count, string Text)[] parts =
        [
            (Count(Change.Create), "to create"),
            (Count(Change.Update), "to update"),
            (Count(Change.Replace), "to replace"),
            (Count(Change.Delete), "to delete"),
            (same, "unchanged"),
            (Count(Change.Same) - same, "not comparable"),
        ];
        return string.Join(", ", parts.Where(static part => part.Count > 0)
            .Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Text}")));
    }
}

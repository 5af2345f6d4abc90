using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>Commands on a page: a block of code, or code within a sentence.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The number of its first line.</param>
/// <param name="Text">The commands, without the block's indentation.</param>
internal sealed partial record ShellBlock(string Page, int Line, string Text)
{
    private const int CodeIndentation = 4;

    /// <summary>What a command of the pages begins with.</summary>
    private static readonly HashSet<string> Programs =
        ["./dev", "oci", "pulumi", "kubectl", "curl", "ssh", "dotnet", "git", "docker", "gh", "export", "read", "echo"];

    /// <summary>Whether it begins as a command of a shell does, and not as a setting or an output.</summary>
    internal bool IsShell => Assignment().IsMatch(Text) || Programs.Contains(Text.Split(' ', '\n')[0]);

    public override string ToString() => $"{Page}:{Line}";

    /// <summary>Reads all code of a page, in the order in which a reader meets it. An explanation after two spaces is left out.</summary>
    internal static IReadOnlyList<ShellBlock> Read(string page)
    {
        var found = new List<ShellBlock>();
        var lines = File.ReadAllLines(Repository.Combine(page));
        var (listColumn, isAfterBlank) = (0, true);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var indentation = line.Length - line.TrimStart().Length;
            if (IsFence(line))
            {
                if (indentation == 0)
                    listColumn = 0;
                var end = Array.FindIndex(lines, i + 1, IsFence);
                if (line.Trim() is "```sh" or "```bash")
                    found.Add(Block(page, i + 1, lines[(i + 1)..end]));
                i = end;
            }
            else if (isAfterBlank && line.Length > 0 && indentation >= listColumn + CodeIndentation)
            {
                var end = i;
                while (end < lines.Length && IsIndented(lines[end], indentation))
                    end++;
                found.Add(Block(page, i, lines[i..end]));
                i = end - 1;
            }
            else if (line.Length > 0)
            {
                if (ListItem().Match(line) is { Success: true } item)
                    listColumn = item.Length;
                else if (indentation == 0)
                    listColumn = 0;
                found.AddRange(InlineCode().Matches(line)
                    .Select(code => new ShellBlock(page, i + 1, code.Groups[1].Value))
                    .Where(static code => code.Text.Contains(' ', StringComparison.Ordinal) && code.IsShell));
            }

            isAfterBlank = lines[i].Length == 0;
        }

        return found;
    }

    private static bool IsFence(string line) => line.TrimStart().StartsWith("```", StringComparison.Ordinal);

    private static bool IsIndented(string line, int columns) => line.Length > columns && line.AsSpan(0, columns).IsWhiteSpace();

    private static ShellBlock Block(string page, int before, string[] lines)
    {
        var indentation = lines[0].Length - lines[0].TrimStart().Length;
        var text = lines.Select(line => Explanation().Replace(line[Math.Min(indentation, line.Length)..], ""));
        return new(page, before + 1, string.Join('\n', text));
    }

    [GeneratedRegex(@"\A[A-Z_]+=", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\A *(?:[0-9]+\.|[-*]) +", RegexOptions.CultureInvariant)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"(?<!`)`([^`]+)`(?!`)", RegexOptions.CultureInvariant)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?<=\S) {2,}[^ ].*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Explanation();
}

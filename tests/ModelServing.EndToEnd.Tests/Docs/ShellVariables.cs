using System.Text.RegularExpressions;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The variables of one shell, as commands set and use them. It knows the grammar that the pages use: assignments, <c>export</c>,
/// <c>read</c>, quotes, <c>$(...)</c> and <c>(...)</c>.</summary>
internal sealed partial class ShellVariables
{
    // What every shell has.
    private readonly HashSet<string> known = ["HOME", "PATH", "USER"];

    /// <summary>Reads commands, and returns the variables that they use before a command has set them.</summary>
    internal IReadOnlyList<string> Read(string commands)
    {
        var unset = new List<string>();
        var at = 0;
        while (at < commands.Length)
            ReadCommands(commands, ref at, unset);
        return unset;
    }

    /// <summary>Reads up to a parenthesis that closes, or to the end.</summary>
    private void ReadCommands(string text, ref int at, List<string> unset)
    {
        var words = new List<string>();
        while (at < text.Length && text[at] != ')')
        {
            switch (text[at])
            {
                case ' ' or '\t':
                    at++;
                    break;
                case '\\' when at + 1 < text.Length && text[at + 1] == '\n':
                    at += 2;
                    break;
                case '\n' or ';' or '&' or '|':
                    Finish(words);
                    at++;
                    break;
                case '#':
                    at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
                    break;
                case '(':
                    at++;
                    ReadCommands(text, ref at, unset);
                    break;
                default:
                    words.Add(ReadWord(text, ref at, unset));
                    break;
            }
        }

        at++;
        Finish(words);
    }

    /// <summary>Reads a word with its quotes, and returns it without the values in it.</summary>
    private string ReadWord(string text, ref int at, List<string> unset)
    {
        var start = at;
        var isQuoted = false;
        while (at < text.Length && (isQuoted || !" \t\n;&|()".Contains(text[at], StringComparison.Ordinal)))
        {
            switch (text[at])
            {
                case '\\':
                    at += 2;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    at++;
                    break;
                case '\'' when !isQuoted:
                    at = text.IndexOf('\'', at + 1) is var end and >= 0 ? end + 1 : text.Length;
                    break;
                case '$' when at + 1 < text.Length && text[at + 1] == '(':
                    at += 2;
                    ReadCommands(text, ref at, unset);
                    break;
                case '$' when Name().Match(text, at + 1) is { Success: true } name:
                    if (!known.Contains(name.Groups[1].Value))
                        unset.Add(name.Groups[1].Value);
                    at += 1 + name.Length;
                    break;
                default:
                    at++;
                    break;
            }
        }

        return text[start..Math.Min(at, text.Length)];
    }

    // `A=1 command` sets A for that command alone.
    private void Finish(List<string> words)
    {
        IEnumerable<string> set = words switch
        {
            ["export", ..] => words.Skip(1).Select(static word => Assignment().Match(word).Groups[1].Value),
            ["read", ..] => words.Skip(1).Where(static word => !word.StartsWith('-')),
            _ when words.TrueForAll(static word => Assignment().IsMatch(word)) => words.Select(
                static word => Assignment().Match(word).Groups[1].Value),
            _ => [],
        };
        known.UnionWith(set);
        words.Clear();
    }

    [GeneratedRegex(@"\G\{?([A-Za-z_][A-Za-z0-9_]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A([A-Za-z_][A-Za-z0-9_]*)=", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}

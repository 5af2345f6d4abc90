using System.Text.RegularExpressions;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// The text in place of an output that only the cloud knows, such as <c>&lt;cluster.id&gt;</c>. It depends on nothing but the resource and
/// the output, so it is the same in every rendering.
/// </summary>
internal static partial class Placeholder
{
    /// <summary>The placeholder of a resource's output.</summary>
    internal static string From(string type, string name, string output) => $"{StartOf(type, name)}{output}>";

    /// <summary>How every placeholder of a resource begins: with its name, and with its kind if the name is not the kind.</summary>
    internal static string StartOf(string type, string name)
    {
        var kind = type[(type.LastIndexOf(':') + 1)..];
        kind = char.ToLowerInvariant(kind[0]) + kind[1..];
        return name == kind ? $"<{name}." : $"<{name} {kind}.";
    }

    /// <summary>Whether the whole text is one placeholder.</summary>
    internal static bool IsOne(string text) => Form().Match(text).Length == text.Length && text.Length > 0;

    /// <summary>The placeholders in a text, each once.</summary>
    internal static IEnumerable<string> In(string text) => Form().Matches(text).Select(static match => match.Value).Distinct();

    [GeneratedRegex("<[a-zA-Z0-9@._-]+( [a-zA-Z0-9]+)?\\.[a-zA-Z0-9]+>", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

namespace ModelServing.Stacks.Preview;

/// <summary>Replacements for values that a rendering does not show. Their first character distinguishes them from ordinary text.</summary>
internal static class Marks
{
    private const char Sign = '\uE000';
    private const string Hidden = "[secret]";

    private static readonly string SecretStart = Sign + Hidden;

    /// <summary>A secret that is unknown before the apply.</summary>
    internal static string UnknownSecret => SecretStart;

    /// <summary>A secret.</summary>
    /// <param name="digest">The <see cref="SecretDigest"/> of its text.</param>
    /// <param name="placeholders">The placeholders in its text: the resources that it depends on are not secret.</param>
    internal static string Secret(string digest, IEnumerable<string> placeholders) =>
        string.Join(' ', [SecretStart, digest, .. placeholders]);

    /// <summary>A value that is unknown before the apply.</summary>
    internal static string Unknown(string type) => $"{Sign}output<{type}>";

    internal static bool IsSecret(string text) => text.StartsWith(SecretStart, StringComparison.Ordinal);

    /// <summary>Whether the text replaces a value that cannot be compared.</summary>
    internal static bool IsUnknown(string text) => text.StartsWith(Sign) && (!IsSecret(text) || text.Length == SecretStart.Length);

    /// <summary>The displayed form of a text: in quotes, unless it is a mark or a placeholder.</summary>
    internal static string Show(string text) => text switch
    {
        _ when IsSecret(text) => Hidden,
        [Sign, .. var rest] => rest,
        _ => Placeholder.IsOne(text) ? text : $"\"{text}\"",
    };
}

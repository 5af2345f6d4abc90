namespace ModelServing.Stacks.Preview;

/// <summary>Replacements for values that a rendering cannot show. Their first character distinguishes them from ordinary text.</summary>
internal static class Marks
{
    private const char Sign = '\uE000';

    internal static readonly string Secret = $"{Sign}[secret]";

    /// <summary>A value that is unknown before the apply.</summary>
    internal static string Unknown(string type) => $"{Sign}output<{type}>";

    /// <summary>The displayed form of a text: in quotes, unless it is a mark.</summary>
    internal static string Show(string text) => text.StartsWith(Sign) ? text[1..] : $"\"{text}\"";
}

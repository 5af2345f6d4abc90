namespace ModelServing.Stacks.Preview;

/// <summary>What stands in a rendering where there is no value to show. The first character keeps them apart from a text that reads the same.</summary>
internal static class Marks
{
    private const char Sign = '\uE000';

    /// <summary>A secret.</summary>
    internal static readonly string Secret = $"{Sign}[secret]";

    /// <summary>A value that is known after the apply only.</summary>
    internal static string Unknown(string type) => $"{Sign}output<{type}>";

    /// <summary>A text as it is shown: quoted, and a mark as it is.</summary>
    internal static string Show(string text) => text.StartsWith(Sign) ? text[1..] : $"\"{text}\"";
}

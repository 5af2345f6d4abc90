namespace ModelServing.Cli.Up.Functions;

/// <summary>A function's answer.</summary>
/// <param name="Succeeded">Whether the function reports success.</param>
/// <param name="Text">The answer's body.</param>
internal sealed record FunctionResult(bool Succeeded, string Text)
{
    private const int MaxLength = 400;

    /// <summary>The beginning of the body, on one line.</summary>
    internal string Line
    {
        get
        {
            var line = string.Join(' ', Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= MaxLength ? line : line[..MaxLength] + "...";
        }
    }
}

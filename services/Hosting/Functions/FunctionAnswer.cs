namespace ModelServing.Hosting.Functions;

/// <summary>A function's answer.</summary>
/// <param name="Status">The status for who called by HTTP, as in 200.</param>
/// <param name="Body">What it says.</param>
/// <param name="ContentType">The form of that. JSON by default.</param>
public sealed record FunctionAnswer(int Status, ReadOnlyMemory<byte> Body, string ContentType = "application/json")
{
    /// <summary>Further headers for who called by HTTP.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}

namespace ModelServing.TestKit.Functions;

/// <summary>A call from the platform to the function.</summary>
/// <param name="Body">The payload.</param>
public sealed record FnCall(ReadOnlyMemory<byte> Body)
{
    public string CallId { get; init; } = "01J" + Guid.NewGuid().ToString("N").ToUpperInvariant()[..23];

    /// <summary>When the platform ends the call.</summary>
    public DateTimeOffset Deadline { get; init; } = TimeProvider.System.GetUtcNow().AddMinutes(5);

    /// <summary><c>httprequest</c> for a call from a gateway; null for any other call.</summary>
    public string? Intent { get; init; }

    /// <summary>Further headers. A gateway's begin with Fn-Http-H-.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The payload's media type.</summary>
    public string ContentType { get; init; } = "application/json";
}

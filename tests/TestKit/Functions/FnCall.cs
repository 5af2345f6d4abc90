namespace ModelServing.TestKit.Functions;

/// <summary>A call as the platform makes it.</summary>
/// <param name="Body">The payload.</param>
public sealed record FnCall(ReadOnlyMemory<byte> Body)
{
    /// <summary>The call's identifier.</summary>
    public string CallId { get; init; } = "01J" + Guid.NewGuid().ToString("N").ToUpperInvariant()[..23];

    /// <summary>When the platform gives up.</summary>
    public DateTimeOffset Deadline { get; init; } = TimeProvider.System.GetUtcNow().AddMinutes(5);

    /// <summary><c>httprequest</c>, as a gateway's; null, as everybody else's.</summary>
    public string? Intent { get; init; }

    /// <summary>Headers as they are sent; a gateway's begin with Fn-Http-H-.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The payload's form.</summary>
    public string ContentType { get; init; } = "application/json";
}

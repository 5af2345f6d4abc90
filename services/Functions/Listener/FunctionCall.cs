using ModelServing.Contracts.Functions;

namespace ModelServing.Functions.Listener;

/// <summary>A call of a function.</summary>
/// <param name="Id">The call's identifier, which is in every line of its log.</param>
/// <param name="Body">The payload, at most <see cref="MaxBodyBytes"/>.</param>
/// <param name="Headers">The caller's headers without those of the Fn contract; names match in any case.</param>
/// <param name="Deadline">The time by which the caller expects the answer; null for no limit.</param>
internal sealed record FunctionCall(
    string Id,
    ReadOnlyMemory<byte> Body,
    IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset? Deadline)
{
    /// <summary>The request that an HTTP gateway got from its caller; null for any other call. Its headers and its body are those of the
    /// call.</summary>
    internal GatewayRequest? Request { get; init; }

    /// <summary>The largest payload that OCI Functions accepts, and so the largest here: 6 MB.</summary>
    internal const int MaxBodyBytes = FunctionLimits.MaxBodyBytes;
}

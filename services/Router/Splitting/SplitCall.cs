using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Splitting;

namespace ModelServing.Router.Splitting;

/// <summary>What the function TrafficSplitter says about a request.</summary>
/// <param name="RequestId">The request's identifier.</param>
/// <param name="IsRetry">Whether it is a retry on stable; otherwise it is a first attempt.</param>
/// <param name="Variant">The variant that the function assigned.</param>
/// <param name="Revision">The rollout's revision by which it did.</param>
/// <param name="Trial">The trial of the variant's version.</param>
internal sealed record SplitCall(string RequestId, bool IsRetry, string Variant, string Revision, int Trial)
{
    /// <summary>The hash of the routing key; null if the client gave none.</summary>
    internal ulong? KeyHash { get; private init; }

    /// <summary>The routing key; null if the client gave none.</summary>
    internal string? Key { get; private init; }

    /// <summary>In a retry: the hash of the client's name.</summary>
    internal ulong ClientHash { get; private init; }

    /// <summary>In a retry: the failed attempt.</summary>
    internal Comparison? Failed { get; private init; }

    /// <summary>Whether the caller, and not the model, set the time that is left.</summary>
    internal bool IsShortened { get; private init; }

    /// <summary>Reads the headers of a request that the function assigned; null if they are not of the right form.</summary>
    internal static SplitCall? Read(HttpRequest request)
    {
        var headers = request.Headers;
        var isRetry = headers[SplitHeaders.Call] == SplitHeaders.Retried;
        Comparison? failed = null;
        ulong client = 0;
        if ((!isRetry && headers[SplitHeaders.Call] != SplitHeaders.Assigned)
            || headers[HeaderNames.RequestId] is not [{ } id] || !RequestIds.IsValid(id)
            || headers[HeaderNames.ModelVariant] is not [{ Length: > 0 } variant]
            || headers[HeaderNames.ModelRevision] is not [{ } revision]
            || !int.TryParse(headers[HeaderNames.ModelTrial], NumberStyles.None, CultureInfo.InvariantCulture, out var trial)
            || (isRetry && !Comparison.TryParseHeader(headers[HeaderNames.ModelFailover], out failed))
            || (isRetry && !TryHash(headers[SplitHeaders.Client], out client))
            || !TryKeyHash(headers[SplitHeaders.KeyHash], out var keyHash))
            return null;
        return new SplitCall(id, isRetry, variant, Uri.UnescapeDataString(revision), trial)
        {
            KeyHash = keyHash,
            Key = headers[SplitHeaders.RoutingKey] is [{ } key] ? Uri.UnescapeDataString(key) : null,
            ClientHash = client,
            Failed = failed,
            IsShortened = headers[HeaderNames.TimeoutShortened] == "1",
        };
    }

    private static bool TryKeyHash(Microsoft.Extensions.Primitives.StringValues text, out ulong? hash)
    {
        hash = null;
        if (text.Count == 0)
            return true;
        var isHash = TryHash(text, out var value);
        hash = value;
        return isHash;
    }

    private static bool TryHash(string? text, out ulong hash) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out hash);
}

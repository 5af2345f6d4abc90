using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Splitting;

namespace ModelServing.Router.Splitting;

/// <summary>What the function TrafficSplitter says about a request.</summary>
/// <param name="RequestId">The request's identifier.</param>
internal sealed record SplitCall(SplitKind Kind, Ulid RequestId)
{
    /// <summary>The variant that the function assigned, or stable.</summary>
    internal string Variant { get; private init; } = "";

    /// <summary>The revision of the rollout by which the function assigned.</summary>
    internal string Revision { get; private init; } = "";

    /// <summary>The trial of the variant's version.</summary>
    internal int Trial { get; private init; }

    /// <summary>The hash of the routing key; null if the client gave none.</summary>
    internal ulong? KeyHash { get; private init; }

    /// <summary>The routing key; null if the client gave none.</summary>
    internal string? Key { get; private init; }

    /// <summary>In a retry: the hash of the client's name.</summary>
    internal ulong ClientHash { get; private init; }

    /// <summary>In a retry: the failed attempt.</summary>
    internal Comparison? Failed { get; private init; }

    /// <summary>In a retry: the failed attempt's limit.</summary>
    internal TimeSpan FailedWithin { get; private init; }

    /// <summary>Whether the caller, and not the model, set the time that is left.</summary>
    internal bool IsShortened { get; private init; }

    /// <summary>Whether the request was admitted with an earlier attempt.</summary>
    internal bool IsRetry => Kind == SplitKind.Retried;

    /// <summary>Reads the headers of a request that the function has looked at; null if they are not of the right form.</summary>
    internal static SplitCall? Read(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers[HeaderNames.RequestId] is not [{ } id] || !RequestIds.IsValid(id) || KindOf(headers[SplitHeaders.Call]) is not { } kind)
            return null;
        var call = new SplitCall(kind, Ulid.Parse(id));
        if (kind == SplitKind.OnlyStable)
            return call;
        if (headers[HeaderNames.ModelVariant] is not [{ Length: > 0 } variant]
            || headers[HeaderNames.ModelRevision] is not [{ } revision]
            || !int.TryParse(headers[HeaderNames.ModelTrial], NumberStyles.None, CultureInfo.InvariantCulture, out var trial)
            || !TryHash(headers[SplitHeaders.KeyHash], out var keyHash))
            return null;
        call = call with
        {
            Variant = variant,
            Revision = Uri.UnescapeDataString(revision),
            Trial = trial,
            KeyHash = keyHash,
            Key = headers[SplitHeaders.RoutingKey] is [{ } key] ? Uri.UnescapeDataString(key) : null,
            IsShortened = headers[HeaderNames.TimeoutShortened] == "1",
        };
        if (kind == SplitKind.Assigned)
            return call;
        return TryHash(headers[SplitHeaders.Client], out var client) && client is { } hash
            && RequestTimeout.TryParse(headers[SplitHeaders.AttemptLimit].ToString(), out var limit)
            && Comparison.FromRetry(headers[SplitHeaders.Failed]) is { } failed
                ? call with { ClientHash = hash, FailedWithin = limit, Failed = failed }
                : null;
    }

    private static SplitKind? KindOf(StringValues text) => text.ToString() switch
    {
        SplitHeaders.Assigned => SplitKind.Assigned,
        SplitHeaders.Retried => SplitKind.Retried,
        SplitHeaders.OnlyStable => SplitKind.OnlyStable,
        _ => null,
    };

    // An absent hash is null; a text of another form is a fault.
    private static bool TryHash(StringValues text, out ulong? hash)
    {
        hash = null;
        if (text.Count == 0)
            return true;
        var isHash = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        hash = value;
        return isHash;
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>The limit of one client in this process. Its headers have the form of draft-ietf-httpapi-ratelimit-headers.</summary>
internal sealed class ClientLimiter(ClientLimit limit, TimeProvider time)
{
    private readonly TokenBucket bucket = new(limit, time);
    private readonly string policy = string.Create(
        CultureInfo.InvariantCulture,
        $"\"client\";q={limit.Burst};w={Math.Max(1, (long)Math.Ceiling(limit.Burst / limit.RequestsPerSecond))}");

    internal ClientLimit Limit => bucket.Limit;

    /// <summary>Whether the limiter may be dropped, because a new one would be in the same state.</summary>
    internal bool IsIdle => bucket.IsFull;

    /// <summary>Counts a request, and writes what is left of the limit to <paramref name="headers"/>.</summary>
    /// <returns>Null if the request is within the limit; otherwise the time until the next one would be.</returns>
    internal TimeSpan? Count(IHeaderDictionary headers)
    {
        var isTaken = bucket.TryTake(out var remaining, out var next);
        headers[HeaderNames.RateLimitPolicy] = policy;
        headers[HeaderNames.RateLimit] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"client\";r={remaining};t={Math.Max(1, (long)Math.Ceiling(next.TotalSeconds))}");
        return isTaken ? null : next;
    }
}

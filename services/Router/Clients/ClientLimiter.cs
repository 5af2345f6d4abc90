using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>The limit of one client in this process. What it says in headers has the form of draft-ietf-httpapi-ratelimit-headers.</summary>
internal sealed class ClientLimiter(ClientLimit limit, TimeProvider time)
{
    private readonly TokenBucket bucket = new(limit, time);
    private readonly string policy = string.Create(CultureInfo.InvariantCulture, $"\"client\";q={limit.Burst};w={Math.Max(1, (long)Math.Ceiling(limit.Burst / limit.RequestsPerSecond))}");

    internal ClientLimit Limit => bucket.Limit;

    /// <summary>Whether dropping it and making it anew changes nothing.</summary>
    internal bool IsIdle => bucket.IsFull;

    /// <summary>Counts a request and says in <paramref name="headers"/> what is left.</summary>
    /// <returns>Null, or when the next one would be let through.</returns>
    internal TimeSpan? Count(IHeaderDictionary headers)
    {
        var isTaken = bucket.TryTake(out var remaining, out var next);
        headers[HeaderNames.RateLimitPolicy] = policy;
        headers[HeaderNames.RateLimit] = string.Create(CultureInfo.InvariantCulture, $"\"client\";r={remaining};t={Math.Max(1, (long)Math.Ceiling(next.TotalSeconds))}");
        return isTaken ? null : next;
    }
}

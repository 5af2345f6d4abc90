using System.Collections.Concurrent;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>
/// The limits of clients with tokens, one for each name, at most <see cref="MaxClients"/>. A full table drops its idle limits, which
/// changes nothing. Clients that still find no room share one limit, so the limit cannot be avoided by using many names.
/// </summary>
internal sealed class TokenLimiters(ClientLimit limit, TimeProvider time, int maxClients = TokenLimiters.MaxClients)
{
    internal const int MaxClients = 10_000;

    // Scanning a table without idle clients would dominate the cost of a request.
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ClientLimiter> byClient = new(StringComparer.Ordinal);
    private readonly ClientLimiter shared = new(limit, time);
    private readonly Lock gate = new();

    // Guarded by gate.
    private int count;
    private long? scanned;

    internal ClientLimit Limit => limit;

    internal int Count
    {
        get
        {
            lock (gate)
                return count;
        }
    }

    internal ClientLimiter LimiterOf(string client)
    {
        if (byClient.TryGetValue(client, out var known))
            return known;
        lock (gate)
        {
            if (byClient.TryGetValue(client, out known))
                return known;
            if (count >= maxClients)
                DropIdle();
            if (count >= maxClients)
                return shared;
            count++;
            return byClient[client] = new ClientLimiter(limit, time);
        }
    }

    private void DropIdle()
    {
        if (scanned is { } last && time.GetElapsedTime(last) < ScanPeriod)
            return;
        scanned = time.GetTimestamp();
        foreach (var (client, limiter) in byClient)
        {
            if (limiter.IsIdle && byClient.TryRemove(client, out _))
                count--;
        }
    }
}

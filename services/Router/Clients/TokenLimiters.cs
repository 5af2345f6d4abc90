using System.Collections.Concurrent;
using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>
/// The limits of the clients that come with tokens, one for each name: a table of at most <see cref="MaxClients"/>. When it is full the
/// idle ones are dropped, which changes nothing; clients that even then have no place share one limit, so that being many is no way
/// around it.
/// </summary>
internal sealed class TokenLimiters(ClientLimit limit, TimeProvider time, int maxClients = TokenLimiters.MaxClients)
{
    internal const int MaxClients = 10_000;

    // Looking through a table in which nobody is idle would be the dearest part of a request.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ClientLimiter> byClient = new(StringComparer.Ordinal);
    private readonly ClientLimiter shared = new(limit, time);
    private readonly Lock gate = new();

    // Guarded by gate.
    private int count;
    private long? looked;

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
        if (looked is { } last && time.GetElapsedTime(last) < LookPeriod)
            return;
        looked = time.GetTimestamp();
        foreach (var (client, limiter) in byClient)
        {
            if (limiter.IsIdle && byClient.TryRemove(client, out _))
                count--;
        }
    }
}

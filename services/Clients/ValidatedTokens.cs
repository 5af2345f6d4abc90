using System.Collections.Concurrent;

namespace ModelServing.Clients;

/// <summary>
/// The tokens whose signature was checked with one snapshot of keys, so that later requests with the same token need not wait for another
/// check. They are held by their SHA-256, until they expire, in two generations of at most half of <see cref="MaxTokens"/> each. When the
/// younger generation is full, the older one is dropped.
/// </summary>
internal sealed class ValidatedTokens(TokenKeys keys, int maxTokens = ValidatedTokens.MaxTokens)
{
    internal const int MaxTokens = 8192;

    private readonly Lock gate = new();
    private volatile Generation young = new();
    private volatile Generation old = new();

    internal TokenKeys Keys => keys;

    internal int Count => young.Count + old.Count;

    /// <summary>The client of a token that was checked and has not expired; null otherwise.</summary>
    internal Client? Find(in TokenHash token, DateTimeOffset now)
    {
        if (!young.Entries.TryGetValue(token, out var entry))
        {
            if (!old.Entries.TryGetValue(token, out entry))
                return null;
            // The token is still in use, so it moves to the younger generation.
            Add(token, entry);
        }

        return entry.Ends > now ? entry.Client : null;
    }

    internal void Add(in TokenHash token, Client client, DateTimeOffset ends) => Add(token, new Entry(client, ends));

    private void Add(in TokenHash token, Entry entry)
    {
        lock (gate)
        {
            if (young.Count >= maxTokens / 2)
                (old, young) = (young, new Generation());
            if (young.Entries.TryAdd(token, entry))
                young.Count++;
        }
    }

    private sealed record Entry(Client Client, DateTimeOffset Ends);

    private sealed class Generation
    {
        internal ConcurrentDictionary<TokenHash, Entry> Entries { get; } = new();

        /// <summary>Written only under the gate.</summary>
        internal int Count { get; set; }
    }
}

using System.Collections.Concurrent;

namespace ModelServing.Router.Clients;

/// <summary>
/// The tokens whose signature was checked by one snapshot of keys, so that the next request with the same one need not wait for it again.
/// They are held by their SHA-256, until they expire, in two generations of at most half of <see cref="MaxTokens"/>: when the younger one
/// is full the older one is forgotten.
/// </summary>
internal sealed class ValidatedTokens(TokenKeys keys, int maxTokens = ValidatedTokens.MaxTokens)
{
    internal const int MaxTokens = 8192;

    private readonly Lock gate = new();
    private volatile Generation young = new();
    private volatile Generation old = new();

    internal TokenKeys Keys => keys;

    internal int Count => young.Count + old.Count;

    /// <summary>The client of a token that was checked and has not expired.</summary>
    internal Client? Find(in TokenHash token, DateTimeOffset now)
    {
        if (!young.Entries.TryGetValue(token, out var entry))
        {
            if (!old.Entries.TryGetValue(token, out entry))
                return null;
            // It is still in use.
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

        /// <summary>Written under the gate.</summary>
        internal int Count { get; set; }
    }
}

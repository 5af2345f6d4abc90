using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>An immutable snapshot of the clients document, by which requests are admitted. It is replaced as a whole. An unchanged limit
/// moves from one snapshot to the next with what is left of it.</summary>
internal sealed class ClientTable
{
    private readonly Dictionary<string, KeyClient> byName = new(StringComparer.Ordinal);
    private readonly List<(byte[] Hash, KeyClient Client)> keys = [];

    private ClientTable(ClientsDocument document, TokenValidator? tokens, TokenLimiters? tokenLimiters)
    {
        Anonymous = document.Anonymous;
        Tokens = tokens;
        TokenLimiters = tokenLimiters;
    }

    /// <summary>Whether requests without a credential are admitted.</summary>
    internal bool Anonymous { get; }

    internal bool HasKeys => keys.Count > 0;

    /// <summary>Checks tokens; null if tokens are not accepted.</summary>
    internal TokenValidator? Tokens { get; }

    /// <summary>The limits of clients with tokens; null if they have no limit.</summary>
    internal TokenLimiters? TokenLimiters { get; }

    /// <summary>Builds the next snapshot.</summary>
    internal static ClientTable Build(ClientsDocument document, TokenValidator? tokens, ClientTable? previous, TimeProvider time)
    {
        var limiters = document.Tokens?.Limit is not { } limit ? null
            : previous?.TokenLimiters is { } same && same.Limit == limit ? same
            : new TokenLimiters(limit, time);
        var table = new ClientTable(document, tokens, limiters);
        foreach (var (name, entry) in document.Clients)
        {
            var limiter = entry.Limit is null ? null
                : previous?.byName.GetValueOrDefault(name.Text)?.Limiter is { } before && before.Limit == entry.Limit ? before
                : new ClientLimiter(entry.Limit, time);
            var client = new KeyClient(new Client(name.Text, entry.Role), limiter);
            table.byName[name.Text] = client;
            table.keys.AddRange(entry.KeyHashes.Select(hash => (Convert.FromHexString(hash), client)));
        }

        return table;
    }

    /// <summary>The client of a key; null if the key is not known. The time does not depend on the key: it compares every hash, each as a
    /// whole.</summary>
    internal KeyClient? Find(ReadOnlySpan<char> key)
    {
        if (key.Length > ApiKey.MaxLength)
            return null;
        Span<byte> bytes = stackalloc byte[ApiKey.MaxLength * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        KeyClient? found = null;
        foreach (var (candidate, client) in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, candidate))
                found = client;
        }

        return found;
    }
}

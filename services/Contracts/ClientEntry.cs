namespace ModelServing.Contracts;

/// <summary>A client with API keys.</summary>
public sealed record ClientEntry
{
    /// <summary>The SHA-256 of each of its keys (<see cref="ApiKey.HashOf"/>); two while a key is being replaced.</summary>
    public required IReadOnlyList<string> KeyHashes { get; init; }

    public required ClientRole Role { get; init; }

    /// <summary>Its rate limit; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    internal void Check(string path)
    {
        if (KeyHashes.Count == 0)
            throw new ContractException($"{path}.keyHashes is empty");
        for (var i = 0; i < KeyHashes.Count; i++)
        {
            if (!ApiKey.IsHash(KeyHashes[i]))
                throw new ContractException($"{path}.keyHashes[{i}] is not a SHA-256: 64 digits of 0-9a-f");
        }

        Limit?.Check($"{path}.limit");
    }
}

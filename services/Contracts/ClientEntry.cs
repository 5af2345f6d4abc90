namespace ModelServing.Contracts;

/// <summary>A client that has API keys.</summary>
public sealed record ClientEntry
{
    /// <summary>The SHA-256 of each of its keys (<see cref="ApiKey.HashOf"/>); two while one is being replaced.</summary>
    public required IReadOnlyList<string> KeyHashes { get; init; }

    /// <summary>What it may do.</summary>
    public required ClientRole Role { get; init; }

    /// <summary>How much it may ask; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    internal void Check(string path)
    {
        if (KeyHashes.Count == 0)
            throw new ContractException($"{path}.keyHashes is empty");
        for (var i = 0; i < KeyHashes.Count; i++)
        {
            if (!ApiKey.IsHash(KeyHashes[i]))
                throw new ContractException($"{path}.keyHashes[{i}] is no SHA-256: 64 digits of 0-9a-f");
        }

        Limit?.Check($"{path}.limit");
    }
}

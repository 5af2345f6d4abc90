using ModelServing.Infra.Network;

namespace ModelServing.Infra.Cache;

/// <summary>What <see cref="CacheComponent"/> is given.</summary>
public sealed class CacheArgs : ComponentArgs
{
    /// <summary>Where the cache stands.</summary>
    public required SubnetPlacement Place { get; init; }

    /// <summary>The version of the software. <c>VALKEY_7_2</c> by default.</summary>
    public string SoftwareVersion { get; init; } = "VALKEY_7_2";

    /// <summary>Nodes, of each shard if there are shards, from 1 to 5: one writes, the others follow and take over. 1 by default;
    /// what must not stand still has 3.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Memory of a node in GB, from 2 to 500. 2 by default.</summary>
    public double NodeMemoryGbs { get; init; } = 2;

    /// <summary>
    /// Shards, an odd number from 3 to 99; null is a cache without shards. Null by default. UNPROVEN: the programs are written for
    /// either (one key at a time), but none has met a sharded OCI Cache. For good either way: there is no conversion.
    /// </summary>
    public int? Shards { get; init; }

    /// <summary>Whether the cache is protected from being deleted. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal CacheArgs CheckedSizes()
    {
        if (Nodes is < 1 or > 5)
            throw new ArgumentException($"{nameof(Nodes)} is {Nodes}; it is from 1 to 5");
        if (NodeMemoryGbs is < 2 or > 500)
            throw new ArgumentException($"{nameof(NodeMemoryGbs)} is {NodeMemoryGbs}; it is from 2 to 500");
        if (Shards is { } shards && (shards is < 3 or > 99 || shards % 2 == 0 || shards * Nodes > 100))
            throw new ArgumentException($"{nameof(Shards)} is {shards} with {Nodes} nodes each; shards are an odd number from 3 to 99, and nodes 100 at most in all");
        return this;
    }
}

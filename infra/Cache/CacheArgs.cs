using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Cache;

public sealed class CacheArgs : ComponentArgs
{
    public required SubnetPlacement Placement { get; init; }

    /// <summary>The cache's software and its version. <c>VALKEY_7_2</c> by default.</summary>
    public string SoftwareVersion { get; init; } = "VALKEY_7_2";

    /// <summary>The number of nodes (of each shard, if there are shards), from 1 to 5. One node accepts writes; the others follow it and
    /// can take over. 1 by default; use 3 where the cache must not fail.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>The memory of a node in GB, from 2 to 500. 2 by default.</summary>
    public double NodeMemoryGbs { get; init; } = 2;

    /// <summary>
    /// The number of shards, odd and from 3 to 99. Null, the default, is a cache without shards. It cannot be changed between null and a
    /// number later. UNPROVEN: the programs are written for both (they use one key at a time), but have never run with a sharded OCI
    /// Cache.
    /// </summary>
    public int? Shards { get; init; }

    /// <summary>The OCID of the secret of OCI Vault that holds the password. Null, the default, for a cache that anything that reaches its
    /// port may use.</summary>
    public Input<string>? PasswordSecretId { get; init; }

    /// <summary>Whether the cache is protected from deletion. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal CacheArgs CheckedSizes()
    {
        if (Nodes is < 1 or > 5)
            throw new ArgumentException($"{nameof(Nodes)} is {Nodes}; it is from 1 to 5");
        if (NodeMemoryGbs is < 2 or > 500)
            throw new ArgumentException($"{nameof(NodeMemoryGbs)} is {NodeMemoryGbs}; it is from 2 to 500");
        if (Shards is { } shards && (shards is < 3 or > 99 || shards % 2 == 0 || shards * Nodes > 100))
        {
            throw new ArgumentException(
                $"{nameof(Shards)} is {shards} with {Nodes} nodes each; the number of shards is odd and from 3 to 99, "
                + "with at most 100 nodes in all");
        }

        return this;
    }
}

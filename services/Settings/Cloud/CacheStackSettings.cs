using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The cache.</summary>
public sealed record CacheStackSettings
{
    /// <summary>Whether it has shards.</summary>
    [Setting("Whether the data is spread over shards. `sharded` is unproven: nothing of ours has run against it.")]
    public CacheMode Mode { get; init; } = CacheMode.Nonsharded;

    /// <summary>The number of shards.</summary>
    [Setting("The number of shards, odd; of `sharded` only.", Least = "3", Most = "99")]
    public int? Shards { get; init; }

    /// <summary>The number of nodes.</summary>
    [Setting("The number of nodes: in all, or of each shard.", Least = "1", Most = "5")]
    public int Nodes { get; init; } = 1;

    /// <summary>The memory of a node.</summary>
    [Setting("The memory of a node in GB.", Least = "2", Most = "500")]
    public int MemoryInGbs { get; init; } = 2;
}

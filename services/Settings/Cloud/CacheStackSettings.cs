using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The size of the cache.</summary>
public sealed record CacheStackSettings
{
    [Setting("Whether the data is spread over shards. `sharded` is unproven: the platform has never run against such a cache.")]
    public CacheMode Mode { get; init; } = CacheMode.Nonsharded;

    [Setting("The number of shards, an odd number. Only for `sharded`.", Min = "3", Max = "99")]
    public int? Shards { get; init; }

    [Setting("The number of nodes: in total, or per shard.", Min = "1", Max = "5")]
    public int Nodes { get; init; } = 1;

    [Setting("The memory of a node in GB.", Min = "2", Max = "500")]
    public int MemoryInGbs { get; init; } = 2;
}

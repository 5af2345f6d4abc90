using ModelServing.Features.Definitions;

namespace ModelServing.Jobs.Features;

/// <summary>What to fill.</summary>
/// <param name="Environment">The environment's name, which is in the keys of the cache.</param>
/// <param name="Events">The folder of the event log on this machine; null if there is no such folder.</param>
/// <param name="Shard">The entities that are filled.</param>
/// <param name="MemoryMegabytes">The memory for events, in megabytes.</param>
internal sealed record FeatureRebuildRequest(
    IReadOnlyList<ViewDefinition> Views, string Environment, string? Events, EntityShard Shard, int MemoryMegabytes);

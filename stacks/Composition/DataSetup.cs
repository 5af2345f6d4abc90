using ModelServing.Infra.ArtifactStore;
using ModelServing.Infra.Cache;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Network;

namespace ModelServing.Stacks.Composition;

/// <summary>The components that hold data.</summary>
internal static class DataSetup
{
    internal static CacheComponent Cache(StackContext context, NetworkComponent network) => new("cache", new CacheArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        Placement = network.Cache,
        Nodes = context.Cloud.Cache.Nodes,
        NodeMemoryGbs = context.Cloud.Cache.MemoryInGbs,
        Shards = context.Cloud.Cache.Shards,
        DataProtection = context.Cloud.DataProtection,
    }, context.InRegion());

    internal static ArtifactStoreComponent Artifacts(StackContext context, ServicePolicies services) =>
        new("artifacts", new ArtifactStoreArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            BucketName = context.BucketName,
            ServicePolicy = services.ObjectStorage,
            KmsKeyId = context.KmsKeyId,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());

    internal static JournalComponent Journal(StackContext context) => new("journal", new JournalArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        ReadUnits = context.Cloud.Journal.ReadUnits,
        WriteUnits = context.Cloud.Journal.WriteUnits,
        StorageGbs = context.Cloud.Journal.StorageInGbs,
        DataProtection = context.Cloud.DataProtection,
    }, context.InRegion());
}

using ModelServing.Contracts;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Infra.Cache;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Network;
using ModelServing.Infra.Predictions;
using Pulumi;

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
        PasswordSecretId = context.Cloud.Cache.PasswordSecret is { } secret ? (Input<string>)secret : null,
        DataProtection = context.Cloud.DataProtection,
    }, context.InRegion());

    internal static ArtifactStoreComponent Artifacts(StackContext context, ServicePolicies services) =>
        new("artifacts", new ArtifactStoreArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            BucketName = context.BucketName,
            ServicePolicy = services.ObjectStorage,
            Expiring = (ArtifactKeys.DataLakePrefix, context.Cloud.PredictionStore.ExportDays),
            KmsKeyId = context.KmsKeyId,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());

    internal static void Replica(StackContext context, ArtifactStoreComponent store, ServicePolicies services)
    {
        if (context.Cloud.Replication is not { } replication)
            return;
        _ = new ArtifactReplica("replica", new ArtifactReplicaArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            ReplicaRegion = context.ReplicaRegion(replication),
            Region = replication.Region,
            ReplicaName = context.ReplicaName!,
            Namespace = store.Namespace,
            BucketName = store.BucketName,
            ServicePolicy = services.ObjectStorage,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());
    }

    // The tables exist even while the log is off, so that turning it off deletes nothing.
    internal static PredictionsComponent Predictions(StackContext context)
    {
        var size = context.Cloud.PredictionStore;
        return new PredictionsComponent("predictions", new PredictionsArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            Predictions = new TableSize(size.ReadUnits, size.WriteUnits, size.StorageInGbs),
            Outcomes = new TableSize(size.OutcomeReadUnits, size.OutcomeWriteUnits, size.OutcomeStorageInGbs),
            RetentionDays = context.Settings.Predictions.RetentionDays,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());
    }

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

using ModelServing.Contracts;
using ModelServing.Infra.Cluster;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Identity;

namespace ModelServing.Stacks.Composition;

/// <summary>The policies: the rights of OCI's services, of our programs, and of the job that calls a function.</summary>
internal static class IdentitySetup
{
    internal static ServicePolicies Services(StackContext context) => new("services", new ServicePoliciesArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        HomeRegion = context.HomeRegion,
        Region = context.Cloud.Region,
        BucketName = context.BucketName,
        ReplicaName = context.ReplicaName,
        KmsKeyId = context.KmsKeyId,
    }, context.InRegion());

    internal static WorkloadPolicies Workloads(StackContext context, ClusterComponent cluster) => new("policies", new WorkloadPoliciesArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        HomeRegion = context.HomeRegion,
        ClusterId = cluster.ClusterId,
        BucketName = context.BucketName,
        Namespace = ClusterNames.Namespace,
        Models = [.. context.Models.Keys],
        // One that its last model leaves is there until the settings drop it, so that its pods can ship their last records.
        Pools =
        [
            .. context.Settings.Pools.Keys.Select((ModelName, IReadOnlyList<ModelName>) (pool) => (
                pool, [.. context.Models.Where(model => model.Value.Pods.Pool == pool.Text).Select(static model => model.Key)])),
        ],
        RouterAccount = ClusterNames.Router,
        ExportAccount = context.Cloud.HasExport(context.Settings) ? ClusterNames.Export : null,
        ExperimentAccount = context.Cloud.HasExport(context.Settings) ? ClusterNames.Experiment : null,
        TryAccount = context.Cloud.HasExport(context.Settings) ? ClusterNames.Try : null,
        BackupAccount = context.Cloud.HasJournalBackup(context.Settings) ? ClusterNames.JournalBackup : null,
        FeatureServerAccount = context.Settings.Features.Views.Count > 0 ? ClusterNames.FeatureServer : null,
        FeatureRebuildAccount = context.Settings.Features.Views.Count > 0 ? ClusterNames.FeatureRebuild : null,
        FeatureExportAccount = context.Settings.Features.Views.Count > 0 ? ClusterNames.FeatureExport : null,
        FeatureCompactAccount = context.Settings.Features.Views.Count > 0 ? ClusterNames.FeatureCompact : null,
        EventsPrefix = ArtifactKeys.EventsPrefix,
        ArchivePrefix = ArtifactKeys.ArchivePrefix,
        FeaturesPrefix = ArtifactKeys.FeaturesPrefix,
        DataLakePrefix = ArtifactKeys.DataLakePrefix,
    }, context.InRegion());

    internal static FunctionPolicies Functions(StackContext context, FunctionsComponent functions) =>
        new("function-policies", new FunctionPoliciesArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            HomeRegion = context.HomeRegion,
            TenancyId = context.Cloud.Tenancy,
            BucketName = context.BucketName,
            RollbackId = functions.Rollback.Id,
            ModelMetricsId = functions.ModelMetrics.Id,
            ModelLoaderId = functions.ModelLoader.Id,
            ArtifactsPrefix = ArtifactKeys.Prefix,
            VerdictsPrefix = ArtifactKeys.VerdictPrefix,
        }, context.InRegion());

    internal static SplitterPolicy Splitter(StackContext context, SplitterComponent splitter) => new("splitter", new SplitterPolicyArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        HomeRegion = context.HomeRegion,
        FunctionId = splitter.Function.Id,
    }, context.InRegion());

    internal static InvocationPolicy Invocation(StackContext context, ClusterComponent cluster, FunctionsComponent functions) =>
        new("invocation", new InvocationPolicyArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            HomeRegion = context.HomeRegion,
            ClusterId = cluster.ClusterId,
            Namespace = ClusterNames.Namespace,
            Account = ClusterNames.ModelMetrics,
            FunctionId = functions.ModelMetrics.Id,
        }, context.InRegion());
}

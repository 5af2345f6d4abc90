using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Secrets;
using ModelServing.Infra.Workloads;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using Pulumi;

namespace ModelServing.Stacks.Composition;

/// <summary>The programs in the cluster: versions, routers, the feature server, and the jobs of each minute and each day.</summary>
internal static class WorkloadsSetup
{
    internal static WorkloadsComponent Workloads(
        StackContext context,
        PlanDocument plan,
        Foundation foundation,
        FunctionsComponent functions,
        InvocationPolicy invocation,
        VaultText? splitKey)
    {
        var cloud = context.Cloud;
        return new WorkloadsComponent("workloads", new WorkloadsArgs
        {
            Names = context.Names,
            CompartmentId = cloud.Compartment,
            KubeConfig = foundation.Cluster.KubeConfig,
            ClusterId = foundation.Cluster.ClusterId,
            Foundation = foundation.WayToCluster,
            RoutersHaveNodes = cloud.Cluster.RouterNodes is not null,
            Plan = plan,
            Clients = ClientsMaker.Make(context.Settings, cloud),
            Versions = VersionsOf(context, ImageOf(ImageNames.Inference, cloud.Images.Inference!)),
            Pools = PoolsOf(context, ImageOf(ImageNames.Inference, cloud.Images.Inference!)),
            Router = new RouterArgs
            {
                Image = ImageOf(ImageNames.Router, cloud.Images.Router!),
                Size = SizeOf(cloud.Router),
                LongestDeadline = context.LongestDeadline,
                Journal = foundation.Journal.Location,
                Predictions = PredictionLogMaker.ForRouter(context.Settings, "", MountPaths.Spool),
                LoadBalancerSubnetId = foundation.Network.LoadBalancer.SubnetId,
                LoadBalancerGroupId = foundation.Network.LoadBalancer.GroupId,
                IsAdminBalanced = context.AdminPort is not null,
                SplitKey = splitKey,
                FunctionCidr = foundation.Network.FunctionCidr,
            },
            FeatureServer = context.Settings.Features.Views.Count > 0
                ? FeatureServerOf(
                    context, ImageOf(ImageNames.FeatureServer, cloud.Images.FeatureServer!), ImageOf(ImageNames.Jobs, cloud.Images.Jobs!))
                : null,
            MinuteJob = new MinuteJobArgs
            {
                Image = ImageOf(ImageNames.Functions, cloud.Images.Functions!),
                FunctionId = functions.ModelMetrics.Id,
                InvokeEndpoint = functions.ModelMetrics.InvokeEndpoint,
                Policy = invocation.Policy,
            },
            Export = cloud.HasExport(context.Settings) ? ExportOf(context, ImageOf(ImageNames.Jobs, cloud.Images.Jobs!)) : null,
            Reports = cloud.HasExport(context.Settings) ? ReportsOf(context, ImageOf(ImageNames.Jobs, cloud.Images.Jobs!)) : null,
            Backup = cloud.HasJournalBackup(context.Settings) && cloud.Images.Jobs is { } jobs
                ? new BackupJobArgs { Image = ImageOf(ImageNames.Jobs, jobs), Models = ModelsOf(context) }
                : null,
            MaxRequestBytes = context.Settings.MaxRequestBytes,
            OtlpEndpoint = cloud.Telemetry.OtlpEndpoint,
            AreScraped = cloud.Telemetry.Scrape,
            AccessLogSample = cloud.Telemetry.AccessLog.Hundredths,
            Registry = new ContainerRegistryLogin(
                ImageNames.HostOf(cloud.Region),
                Output.Format($"{foundation.Store.Namespace}/{Output.CreateSecret(cloud.Registry!.User.Reveal())}"),
                Output.CreateSecret(cloud.Registry.Token.Reveal())),
            Region = cloud.Region,
            RegionMetadata = cloud.RegionMetadata is { } region
                ? OciSettings.DescribeRegion(cloud.Region, region.Key, region.Realm, region.Domain)
                : null,
            Cache = foundation.Cache.Settings,
            CachePassword = foundation.Cache.Password,
            PredictionStore = foundation.Predictions.Location,
            HashKey = context.Settings.Predictions.HashKey is { } key ? (Input<string>)Output.CreateSecret(key.Reveal()) : null,
            Artifacts = foundation.Artifacts,
        });

        Input<string> ImageOf(string program, string digest) => Output.Format($"{foundation.Images.Repositories[program]}@{digest}");
    }

    private static IReadOnlyList<VersionArgs> VersionsOf(StackContext context, Input<string> image) =>
    [
        .. from version in Versions.Existing(context.Models)
           let model = context.Models[version.Model]
           where model.Pods.Pool is null
           select new VersionArgs
           {
               Model = version.Model,
               Version = version.Version,
               Image = image,
               Size = SizeOf(version, context.Cloud.Inference.With(model.Pods)),
               Deadline = model.Deadline,
               BatchRows = model.BatchRows,
               Predictions = PredictionLogMaker.ForVersion(context.Settings, version.Model, "", MountPaths.Spool),
           },
    ];

    private static IReadOnlyList<PoolArgs> PoolsOf(StackContext context, Input<string> image) =>
    [
        .. PoolMaker.Make(context.Models).Select(pool => new PoolArgs
        {
            Document = pool,
            Image = image,
            Size = SizeOf(context.Cloud.Inference.With(context.Settings.Pools[pool.Name])),
            Deadline = pool.Versions.Max(version => context.Models[version.Model].Deadline),
            Predictions = PredictionLogMaker.ForPool(context.Settings, "", MountPaths.Spool),
        }),
    ];

    private static FeatureServerArgs FeatureServerOf(StackContext context, Input<string> image, Input<string> jobs)
    {
        var server = context.Cloud.FeatureServer;
        return new FeatureServerArgs
        {
            Image = image,
            Cpu = server.Cpu,
            Memory = server.Memory,
            VolumeGbs = server.VolumeInGbs,
            Log = EventLogMaker.Make(context.Settings.Features, MountPaths.Events) with { MostBytes = server.LogBytes },
            Views = ServedViewRules.ViewsOf(context.Settings.Features),
            Rebuild = new RebuildJobArgs
            {
                Image = jobs,
                Shards = server.Rebuild.Shards,
                MemoryMbs = server.Rebuild.MemoryInMbs,
                StorageGbs = server.Rebuild.StorageInGbs,
            },
            Training = new TrainingJobArgs
            {
                Image = jobs,
                Views = NewestOf(context),
                Shards = server.Export.Shards,
                MemoryMbs = server.Export.MemoryInMbs,
                StorageGbs = server.Export.StorageInGbs,
            },
            Compact = new CompactJobArgs
            {
                Image = jobs,
                KeepDays = server.Compaction.KeepDays,
                MemoryMbs = server.Compaction.MemoryInMbs,
                StorageGbs = server.Compaction.StorageInGbs,
            },
        };
    }

    // A table has one version of a view.
    private static IReadOnlyList<NamedView> NewestOf(StackContext context) =>
    [
        .. ServedViewRules.ViewsOf(context.Settings.Features)
            .GroupBy(static view => view.View, StringComparer.Ordinal)
            .Select(static versions => versions.MaxBy(static view => view.Version)!),
    ];

    private static IReadOnlyList<ModelName> ModelsOf(StackContext context) =>
        [.. context.Models.Keys.OrderBy(static model => model.Text, StringComparer.Ordinal)];

    private static ExportJobArgs ExportOf(StackContext context, Input<string> image)
    {
        var export = context.Cloud.PredictionStore.Export;
        return new ExportJobArgs
        {
            Image = image,
            Models = ModelsOf(context),
            Hour = export.Hour,
            Shards = export.Shards,
            MemoryMbs = export.MemoryInMbs,
            StorageGbs = export.StorageInGbs,
        };
    }

    // They read what the export reads, so they get the memory and the disk that it has.
    private static ReportJobsArgs ReportsOf(StackContext context, Input<string> image)
    {
        var export = context.Cloud.PredictionStore.Export;
        var models = ModelsOf(context);
        return new ReportJobsArgs
        {
            Image = image,
            Experiments =
            [
                .. models.Select(model => ExperimentMaker.Make(model, context.Models[model])).OfType<ExperimentDocument>()
                    .Where(static experiment => experiment.IsComparable),
            ],
            Replays = [.. models.Select(model => ReplayMaker.Make(model, context.Models[model], version: null))],
            MemoryMbs = export.MemoryInMbs,
            StorageGbs = export.StorageInGbs,
        };
    }

    private static PodSize SizeOf(PodSettings pods) => new()
    {
        Min = pods.Min,
        Max = pods.Max,
        Cpu = pods.Cpu,
        Memory = pods.Memory,
        CpuTarget = pods.CpuTarget,
    };

    // A canary's minimum does not depend on its weight, so moving the weight changes only the plan.
    private static PodSize SizeOf(ExistingVersion version, PodSettings pods) => SizeOf(pods) with
    {
        Min = version.Role is VersionRole.Canary or VersionRole.Arm ? 1 : pods.Min,
        KeepsReplicas = version.KeepsReplicas,
    };
}

using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The jobs of the feature store: CronJobs that never run by themselves, and from which people start a
/// <see cref="ShardedJob"/>.</summary>
internal static class FeatureJobs
{
    // Kubernetes gives it to each pod of a Job.
    private const string NameLabel = "batch.kubernetes.io/job-name";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(24);

    /// <summary>Fills all feature views. The feature server fills views too, but alone.</summary>
    internal static void AddRebuild(
        ClusterContext context, FeatureServerArgs server, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var job = server.Rebuild;
        var settings = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput()).Apply(locations => new RebuildJobSettings
        {
            Registry = locations.Item1,
            Cache = locations.Item2,
            Environment = context.Names.Environment,
            Views = server.Views,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = args.Oci,
        });
        var pods = Pods(ClusterNames.FeatureRebuild, "rebuild", job, settings, account) with { UsesCache = true };
        Add(context, pods, job.Shards);
    }

    /// <summary>Exports a training table. The name of the Job names the table.</summary>
    internal static void AddTraining(
        ClusterContext context, TrainingJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = args.Artifacts.ToOutput().Apply(registry => new TrainingJobSettings
        {
            Registry = registry,
            Views = job.Views,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = args.Oci,
        });
        var pods = Pods(ClusterNames.FeatureExport, "export", job, settings, account) with
        {
            Labels = new SortedDictionary<string, string> { [TrainingJobSettings.TableVariable] = NameLabel },
        };
        Add(context, pods, job.Shards);
    }

    /// <summary>Compacts the event log. It has one pod: what it does is limited by the bucket, not by the processor.</summary>
    internal static void AddCompact(
        ClusterContext context, CompactJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = args.Artifacts.ToOutput().Apply(registry => new CompactJobSettings
        {
            Registry = registry,
            KeepDays = job.KeepDays,
            MemoryMegabytes = job.MemoryMbs,
            Oci = args.Oci,
        });
        Add(context, Pods(ClusterNames.FeatureCompact, "compact", job, settings, account), shards: 1);
    }

    private static JobPods Pods<T>(
        string name, string container, FeatureJobArgs job, Output<T> settings, K8s.Core.V1.ServiceAccount account)
        where T : FeatureJobSettings => new()
        {
            Name = name,
            Container = container,
            Image = job.Image,
            Args = settings.Apply(static own => own.Arguments.ToList()),
            Environment = settings.Apply(static own => own.ToEnvironment()),
            Requests = ShardedJob.Requests(job.MemoryMbs, job.StorageGbs),
            Limits = ShardedJob.Limits(job.MemoryMbs, job.StorageGbs),
            Scratch = ShardedJob.Scratch(job.StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        };

    private static void Add(ClusterContext context, JobPods pods, int shards) => pods.AddCronJob(
        context, schedule: null, startingDeadline: TimeSpan.FromMinutes(30), ShardedJob.Spec(shards, Deadline, pods.Container));
}

using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that never runs by itself, and from which people start a Job that fills all feature views: a
/// <see cref="ShardedJob"/>, each of whose pods fills a part of the entities. The feature server fills views too, but alone.</summary>
internal static class RebuildJob
{
    private const string Container = "rebuild";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(24);

    internal static void Add(
        ClusterContext context, RebuildJobArgs job, FeatureServerArgs server, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput()).Apply(locations => new RebuildJobSettings
        {
            Registry = locations.Item1,
            Cache = locations.Item2,
            Environment = context.Names.Environment,
            Views = server.Views,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = HostPods.Oci(args.Region),
        });
        var pods = new JobPods
        {
            Name = ClusterNames.FeatureRebuild,
            Container = Container,
            Image = job.Image,
            Args = settings.Apply(static rebuild => rebuild.Arguments.ToList()),
            Environment = settings.Apply(static rebuild => rebuild.ToEnvironment()),
            Requests = ShardedJob.Requests(job.MemoryMbs, job.StorageGbs),
            Limits = ShardedJob.Limits(job.MemoryMbs, job.StorageGbs),
            Scratch = ShardedJob.Scratch(job.StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        };
        pods.AddCronJob(
            context, schedule: null, startingDeadline: TimeSpan.FromMinutes(30), ShardedJob.Spec(job.Shards, Deadline, Container));
    }
}

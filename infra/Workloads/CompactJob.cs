using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that never runs by itself, and from which people start a Job that compacts the event log. It has one pod: what it
/// does is limited by the bucket, not by the processor.</summary>
internal static class CompactJob
{
    private const string Container = "compact";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(24);

    internal static void Add(ClusterContext context, CompactJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = args.Artifacts.ToOutput().Apply(registry => new CompactJobSettings
        {
            Registry = registry,
            KeepDays = job.KeepDays,
            MemoryMegabytes = job.MemoryMbs,
            Oci = HostPods.Oci(args.Region),
        });
        var pods = new JobPods
        {
            Name = ClusterNames.FeatureCompact,
            Container = Container,
            Image = job.Image,
            Args = settings.Apply(static compact => compact.Arguments.ToList()),
            Environment = settings.Apply(static compact => compact.ToEnvironment()),
            Requests = ShardedJob.Requests(job.MemoryMbs, job.StorageGbs),
            Limits = ShardedJob.Limits(job.MemoryMbs, job.StorageGbs),
            Scratch = ShardedJob.Scratch(job.StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        };
        pods.AddCronJob(
            context, schedule: null, startingDeadline: TimeSpan.FromMinutes(30), ShardedJob.Spec(1, Deadline, Container));
    }
}

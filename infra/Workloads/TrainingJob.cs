using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that never runs by itself, and from which people start a Job that exports a training table: a
/// <see cref="ShardedJob"/>, each of whose pods exports the rows of a part of the entities. The name of the Job names the table.</summary>
internal static class TrainingJob
{
    private const string Container = "export";

    // Kubernetes gives it to each pod of a Job.
    private const string NameLabel = "batch.kubernetes.io/job-name";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(24);

    internal static void Add(ClusterContext context, TrainingJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = args.Artifacts.ToOutput().Apply(registry => new TrainingJobSettings
        {
            Registry = registry,
            Views = job.Views,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = HostPods.Oci(args.Region),
        });
        var pods = new JobPods
        {
            Name = ClusterNames.FeatureExport,
            Container = Container,
            Image = job.Image,
            Args = settings.Apply(static export => export.Arguments.ToList()),
            Environment = settings.Apply(static export => export.ToEnvironment()),
            Labels = new SortedDictionary<string, string> { [TrainingJobSettings.TableVariable] = NameLabel },
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

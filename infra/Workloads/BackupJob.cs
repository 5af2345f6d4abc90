using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that copies the journal into the bucket, once a day. A day whose object exists is not copied again.</summary>
internal static class BackupJob
{
    private const string Container = "backup";

    // Half past one, so that it is not in the way of the export.
    private const string Schedule = "30 1 * * *";

    // A journal has some events for each rollout.
    private const int MemoryMbs = 64;
    private const int StorageGbs = 1;

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(1);

    internal static void Add(ClusterContext context, BackupJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var settings = Output.Tuple(args.Router.Journal.ToOutput(), args.Artifacts.ToOutput()).Apply(locations => new BackupJobSettings
        {
            Journal = locations.Item1,
            Bucket = locations.Item2,
            Models = job.Models,
            Oci = args.Oci,
        });
        new JobPods
        {
            Name = ClusterNames.JournalBackup,
            Container = Container,
            Image = job.Image,
            Args = settings.Apply(static backup => backup.Arguments.ToList()),
            Environment = settings.Apply(static backup => backup.ToEnvironment()),
            Requests = ShardedJob.Requests(MemoryMbs, StorageGbs),
            Limits = ShardedJob.Limits(MemoryMbs, StorageGbs),
            Scratch = ShardedJob.Scratch(StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        }.AddCronJob(context, Schedule, startingDeadline: TimeSpan.FromHours(6), ShardedJob.Spec(1, Deadline, Container));
    }
}

using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that exports yesterday's predictions into the bucket: a <see cref="ShardedJob"/>, each of whose pods writes one
/// part of the day. A part whose object exists is not written again.</summary>
internal static class ExportJob
{
    /// <summary>The latest hour at which the job may start, so that it has time to end.</summary>
    internal const int LatestHour = 20;

    private const string Container = "export";

    // A CronJob that could not start for so long waits for the next day.
    private static readonly TimeSpan StartingDeadline = TimeSpan.FromMinutes(30);

    internal static void Add(ClusterContext context, ExportJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        if (job.Hour is < 0 or > LatestHour)
            throw new ArgumentException($"{nameof(job.Hour)} is {job.Hour}; it must be from 0 to {LatestHour}");
        var settings = Output.Tuple(args.PredictionStore.ToOutput(), args.Artifacts.ToOutput()).Apply(locations => new ExportJobSettings
        {
            Store = locations.Item1,
            Bucket = locations.Item2,
            Models = job.Models,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = args.Oci,
        });
        var pods = new JobPods
        {
            Name = ClusterNames.Export,
            Container = Container,
            Image = job.Image,
            Args = settings.Apply(static export => export.Arguments.ToList()),
            Environment = settings.Apply(static export => export.ToEnvironment()),
            Requests = ShardedJob.Requests(job.MemoryMbs, job.StorageGbs),
            Limits = ShardedJob.Limits(job.MemoryMbs, job.StorageGbs),
            Scratch = ShardedJob.Scratch(job.StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        };
        // It ends before midnight, because after that "yesterday" would be another day.
        var deadline = TimeSpan.FromHours(24 - job.Hour) - 2 * StartingDeadline;
        pods.AddCronJob(
            context,
            string.Create(CultureInfo.InvariantCulture, $"0 {job.Hour} * * *"),
            StartingDeadline,
            ShardedJob.Spec(job.Shards, deadline, Container));
    }
}

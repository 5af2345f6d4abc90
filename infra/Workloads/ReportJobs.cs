using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>CronJobs that never run by themselves, and from which people start a Job that prints a report about the prediction log: one for
/// each experiment, and one for the replays of each model. The name of a replay's Job ends with the candidate's version.</summary>
internal static class ReportJobs
{
    // Kubernetes gives it to each pod of a Job.
    private const string NameLabel = "batch.kubernetes.io/job-name";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(6);

    internal static void Add(
        ClusterContext context,
        ReportJobsArgs job,
        WorkloadsArgs args,
        K8s.Core.V1.ServiceAccount experiments,
        K8s.Core.V1.ServiceAccount replays)
    {
        foreach (var experiment in job.Experiments)
        {
            var settings = args.PredictionStore.ToOutput().Apply(store => new ExperimentJobSettings
            {
                Store = store,
                Experiment = experiment,
                MemoryMegabytes = job.MemoryMbs,
                Oci = args.Oci,
            });
            Add(context, Pods(
                ClusterNames.ExperimentOf(experiment.Model),
                "experiment",
                job,
                settings.Apply(static own => own.Arguments.ToList()),
                settings.Apply(static own => own.ToEnvironment()),
                experiments));
        }

        foreach (var replay in job.Replays)
        {
            var settings = Output.Tuple(args.PredictionStore.ToOutput(), args.Artifacts.ToOutput()).Apply(locations => new ReplayJobSettings
            {
                Store = locations.Item1,
                Registry = locations.Item2,
                Replay = replay,
                Oci = args.Oci,
            });
            var pods = Pods(
                ClusterNames.TryOf(replay.Model),
                "try",
                job,
                ReplayJobSettings.Arguments.ToList(),
                settings.Apply(static own => own.ToEnvironment()),
                replays);
            Add(context, pods with
            {
                Labels = new SortedDictionary<string, string> { [ReplayJobSettings.JobVariable] = NameLabel },
            });
        }
    }

    private static JobPods Pods(
        string name,
        string container,
        ReportJobsArgs job,
        InputList<string> arguments,
        Output<IReadOnlyDictionary<string, string>> environment,
        K8s.Core.V1.ServiceAccount account) => new()
        {
            Name = name,
            Container = container,
            Image = job.Image,
            Args = arguments,
            Environment = environment,
            Requests = ShardedJob.Requests(job.MemoryMbs, job.StorageGbs),
            Limits = ShardedJob.Limits(job.MemoryMbs, job.StorageGbs),
            Scratch = ShardedJob.Scratch(job.StorageGbs),
            Grace = TimeSpan.FromSeconds(30),
            Account = account,
        };

    private static void Add(ClusterContext context, JobPods pods) => pods.AddCronJob(
        context, schedule: null, startingDeadline: TimeSpan.FromMinutes(30), ShardedJob.Spec(1, Deadline, pods.Container));
}

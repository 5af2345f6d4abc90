using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that exports yesterday's predictions into the bucket: an indexed Job, each of whose pods runs services/Jobs for one
/// part of the day. A part whose object exists is not written again, so a pod that is tried again does no harm.</summary>
internal static class ExportJob
{
    /// <summary>The latest hour at which the job may start, so that it has time to end.</summary>
    internal const int LatestHour = 20;

    private const string Container = "export";

    // How often a part is tried again after a failure. Each attempt outlasts about twenty minutes without the table.
    private const int Retries = 3;

    // What the process needs besides the memory for rows. DuckDB takes up to twice that: it counts only a part of what lists need.
    private const int ProcessMemoryMbs = 512;

    // A CronJob that could not start for so long waits for the next day.
    private static readonly TimeSpan StartingDeadline = TimeSpan.FromMinutes(30);

    internal static void Add(ClusterContext context, ExportJobArgs job, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        if (job.Hour is < 0 or > LatestHour)
            throw new ArgumentException($"{nameof(job.Hour)} is {job.Hour}; it must be from 0 to {LatestHour}");
        var labels = new InputMap<string> { ["app.kubernetes.io/name"] = ClusterNames.Export };
        var settings = Output.Tuple(args.PredictionStore.ToOutput(), args.Artifacts.ToOutput()).Apply(locations => new ExportJobSettings
        {
            Store = locations.Item1,
            Bucket = locations.Item2,
            Models = job.Models,
            Shards = job.Shards,
            MemoryMegabytes = job.MemoryMbs,
            Oci = HostPods.Oci(args.Region),
        });
        _ = new K8s.Batch.V1.CronJob(ClusterNames.Export, new CronJobArgs
        {
            Metadata = context.Metadata(ClusterNames.Export, labels),
            Spec = new CronJobSpecArgs
            {
                Schedule = string.Create(CultureInfo.InvariantCulture, $"0 {job.Hour} * * *"),
                TimeZone = "Etc/UTC",
                ConcurrencyPolicy = "Forbid",
                StartingDeadlineSeconds = (int)StartingDeadline.TotalSeconds,
                SuccessfulJobsHistoryLimit = 1,
                FailedJobsHistoryLimit = 3,
                JobTemplate = new JobTemplateSpecArgs
                {
                    Metadata = new ObjectMetaArgs { Labels = labels },
                    Spec = new JobSpecArgs
                    {
                        CompletionMode = "Indexed",
                        Completions = job.Shards,
                        Parallelism = job.Shards,
                        // For each part: one that fails does not end the others.
                        BackoffLimitPerIndex = Retries,
                        // It ends before midnight, because after that "yesterday" would be another day.
                        ActiveDeadlineSeconds = (int)(TimeSpan.FromHours(24 - job.Hour) - 2 * StartingDeadline).TotalSeconds,
                        PodFailurePolicy = FailurePolicy(),
                        Template = new PodTemplateSpecArgs
                        {
                            Metadata = new ObjectMetaArgs { Labels = labels },
                            Spec = Pod(job, account, settings),
                        },
                    },
                },
            },
        }, context.Options(account));
    }

    private static PodFailurePolicyArgs FailurePolicy() => new()
    {
        Rules =
        [
            // A pod that makes room for another, or whose node is removed, has not failed.
            new PodFailurePolicyRuleArgs
            {
                Action = "Ignore",
                OnPodConditions = [new PodFailurePolicyOnPodConditionsPatternArgs { Type = "DisruptionTarget", Status = "True" }],
            },
            new PodFailurePolicyRuleArgs
            {
                Action = "FailIndex",
                OnExitCodes = new PodFailurePolicyOnExitCodesRequirementArgs
                {
                    ContainerName = Container,
                    Operator = "In",
                    Values = [ExportJobSettings.WrongInput],
                },
            },
        ],
    };

    private static PodSpecArgs Pod(ExportJobArgs job, K8s.Core.V1.ServiceAccount account, Output<ExportJobSettings> settings)
    {
        var memory = Quantity(2 * job.MemoryMbs + ProcessMemoryMbs, "Mi");
        var scratch = Quantity(job.StorageGbs, "Gi");
        // The volume, and what the container logs.
        var storage = Quantity(job.StorageGbs * 1024 + 128, "Mi");
        return new PodSpecArgs
        {
            RestartPolicy = "Never",
            ServiceAccountName = account.Metadata.Apply(static metadata => metadata.Name),
            // The token identifies the pod to OCI (workload identity).
            AutomountServiceAccountToken = true,
            ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = 30,
            SecurityContext = PodRestrictions.ForPod(),
            Containers =
            [
                new ContainerArgs
                {
                    Name = Container,
                    Image = job.Image,
                    Args = settings.Apply(static export => export.Arguments.ToList()),
                    Env = PodRestrictions.Variables(settings.Apply(static export => export.ToEnvironment())),
                    Resources = new ResourceRequirementsArgs
                    {
                        Requests = new InputMap<string> { ["cpu"] = "250m", ["memory"] = memory, ["ephemeral-storage"] = storage },
                        // No CPU limit: it may use what is idle.
                        Limits = new InputMap<string> { ["memory"] = memory, ["ephemeral-storage"] = storage },
                    },
                    SecurityContext = PodRestrictions.ForContainer(),
                    VolumeMounts = [new VolumeMountArgs { Name = "scratch", MountPath = MountPaths.Scratch }],
                },
            ],
            // On the node's disk, not in memory: rows that do not fit into memory wait there.
            Volumes = [new VolumeArgs { Name = "scratch", EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = scratch } }],
        };
    }

    private static string Quantity(int number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
}

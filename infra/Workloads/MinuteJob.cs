using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that calls ModelMetrics each minute. OCI's own scheduler cannot: its shortest interval is an hour. The job runs the
/// functions' image with other arguments, and only makes that call.</summary>
internal static class MinuteJob
{
    // A job that cannot start in time is skipped, because the next is due. ModelMetrics posts the minutes that it missed.
    private const int StartingDeadline = 50;

    // The call ends before the next one is due.
    private static readonly TimeSpan Call = TimeSpan.FromSeconds(55);

    // The time a pod needs to start and to end, in addition to the call.
    private static readonly TimeSpan AroundCall = TimeSpan.FromSeconds(30);

    internal static void Add(ClusterContext context, MinuteJobArgs job, string region, K8s.Core.V1.ServiceAccount account)
    {
        var labels = new InputMap<string> { ["app.kubernetes.io/name"] = ClusterNames.ModelMetrics };
        var environment = Output.Tuple(job.FunctionId.ToOutput(), job.InvokeEndpoint.ToOutput()).Apply(function => new InvocationSettings
        {
            FunctionId = function.Item1,
            Endpoint = function.Item2,
            InvokeTimeout = Call,
            Oci = HostPods.Oci(region),
        }.ToEnvironment());
        _ = new K8s.Batch.V1.CronJob(ClusterNames.ModelMetrics, new CronJobArgs
        {
            Metadata = context.Metadata(ClusterNames.ModelMetrics, labels),
            Spec = new CronJobSpecArgs
            {
                Schedule = "* * * * *",
                ConcurrencyPolicy = "Forbid",
                StartingDeadlineSeconds = StartingDeadline,
                SuccessfulJobsHistoryLimit = 1,
                FailedJobsHistoryLimit = 3,
                JobTemplate = new JobTemplateSpecArgs
                {
                    Spec = new JobSpecArgs
                    {
                        // No retries: the next minute's job is the retry.
                        BackoffLimit = 0,
                        // A job that hangs would hold up the next one, so it is stopped.
                        ActiveDeadlineSeconds = (int)(Call + AroundCall).TotalSeconds,
                        Template = new PodTemplateSpecArgs
                        {
                            Metadata = new ObjectMetaArgs { Labels = labels },
                            Spec = Pod(job, account, environment),
                        },
                    },
                },
            },
        }, context.Options(account, job.Policy));
    }

    private static PodSpecArgs Pod(
        MinuteJobArgs job, K8s.Core.V1.ServiceAccount account, Output<IReadOnlyDictionary<string, string>> environment) =>
        new()
        {
            RestartPolicy = "Never",
            ServiceAccountName = account.Metadata.Apply(static metadata => metadata.Name),
            // The token identifies the pod to OCI (workload identity).
            AutomountServiceAccountToken = true,
            ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = 5,
            SecurityContext = PodRestrictions.ForPod(),
            Containers =
            [
                new ContainerArgs
                {
                    Name = "invoke",
                    Image = job.Image,
                    Args = [.. InvocationSettings.Arguments(FunctionName.ModelMetrics)],
                    Env = PodRestrictions.Variables(environment),
                    Resources = new ResourceRequirementsArgs
                    {
                        Requests = new InputMap<string> { ["cpu"] = "50m", ["memory"] = "128Mi", ["ephemeral-storage"] = "16Mi" },
                        Limits = new InputMap<string> { ["memory"] = "256Mi", ["ephemeral-storage"] = "128Mi" },
                    },
                    SecurityContext = PodRestrictions.ForContainer(),
                    VolumeMounts = [new VolumeMountArgs { Name = "scratch", MountPath = MountPaths.Scratch }],
                },
            ],
            Volumes = [new VolumeArgs { Name = "scratch", EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = "64Mi" } }],
        };
}

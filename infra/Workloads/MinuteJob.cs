using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that calls ModelMetrics each minute: OCI's own scheduler goes down to the hour only. It is the functions' image with
/// another argument, and does nothing but that call.</summary>
internal static class MinuteJob
{
    // One that can't start in time is left out, for the next is due: ModelMetrics posts the minutes that it missed.
    private const int StartingDeadline = 50;

    // Done before the next is due.
    private static readonly TimeSpan Call = TimeSpan.FromSeconds(55);

    // What a pod takes to be there and to be gone, beside the call.
    private static readonly TimeSpan AroundCall = TimeSpan.FromSeconds(30);

    internal static void Add(ClusterContext place, MinuteJobArgs job, string region, K8s.Core.V1.ServiceAccount account)
    {
        var labels = new InputMap<string> { ["app.kubernetes.io/name"] = ClusterNames.ModelMetrics };
        var environment = Output.Tuple(job.FunctionId.ToOutput(), job.InvokeEndpoint.ToOutput()).Apply(known => new InvocationSettings
        {
            FunctionId = known.Item1,
            Endpoint = known.Item2,
            InvokeTimeout = Call,
            Oci = HostPods.Oci(region),
        }.ToEnvironment());
        _ = new K8s.Batch.V1.CronJob(ClusterNames.ModelMetrics, new CronJobArgs
        {
            Metadata = place.Metadata(ClusterNames.ModelMetrics, labels),
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
                        // The next minute is the second attempt.
                        BackoffLimit = 0,
                        // One that hangs holds up the following, which is why it ends by itself.
                        ActiveDeadlineSeconds = (int)(Call + AroundCall).TotalSeconds,
                        Template = new PodTemplateSpecArgs
                        {
                            Metadata = new ObjectMetaArgs { Labels = labels },
                            Spec = Pod(job, account, environment),
                        },
                    },
                },
            },
        }, place.Options(account, job.Policy));
    }

    private static PodSpecArgs Pod(MinuteJobArgs job, K8s.Core.V1.ServiceAccount account, Output<IReadOnlyDictionary<string, string>> environment) => new()
    {
        RestartPolicy = "Never",
        ServiceAccountName = account.Metadata.Apply(static metadata => metadata.Name),
        // To be known by in OCI, by workload identity.
        AutomountServiceAccountToken = true,
        ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = 5,
        SecurityContext = PodRestrictions.OfPod(),
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
                SecurityContext = PodRestrictions.OfContainer(),
                VolumeMounts = [new VolumeMountArgs { Name = "scratch", MountPath = MountPaths.Scratch }],
            },
        ],
        Volumes = [new VolumeArgs { Name = "scratch", EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = "64Mi" } }],
    };
}

using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The pods of a program that does its work and ends, with everything that all such pods share. Every pod that does not serve is
/// created here.</summary>
internal sealed record JobPods
{
    private const string ScratchVolume = "scratch";

    /// <summary>The name of the object.</summary>
    internal required string Name { get; init; }

    /// <summary>The name of the container.</summary>
    internal required string Container { get; init; }

    internal required Input<string> Image { get; init; }

    internal required InputList<string> Args { get; init; }

    internal required Output<IReadOnlyDictionary<string, string>> Environment { get; init; }

    /// <summary>The variables that have the value of a label of the pod.</summary>
    internal IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the program uses the cache. False by default.</summary>
    internal bool UsesCache { get; init; }

    /// <summary>What the scheduler must find.</summary>
    internal required InputMap<string> Requests { get; init; }

    /// <summary>What the container may use at most. It has no limit of CPU: it may use what is idle.</summary>
    internal required InputMap<string> Limits { get; init; }

    /// <summary>The size of the folder for temporary files. It is on the node's disk, not in memory.</summary>
    internal required string Scratch { get; init; }

    /// <summary>The time that a pod has to end after it was asked to stop.</summary>
    internal required TimeSpan Grace { get; init; }

    internal required K8s.Core.V1.ServiceAccount Account { get; init; }

    /// <summary>Creates a CronJob that never runs twice at a time.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="schedule">When it runs, in UTC; null for a job that only people start
    /// (<c>kubectl create job NAME --from=cronjob/...</c>).</param>
    /// <param name="startingDeadline">A run that could not start for so long is skipped.</param>
    /// <param name="job">The job, without its pods.</param>
    /// <param name="after">What it needs besides its account.</param>
    internal void AddCronJob(
        ClusterContext context, string? schedule, TimeSpan startingDeadline, JobSpecArgs job, params ReadOnlySpan<Resource> after)
    {
        var labels = new InputMap<string> { ["app.kubernetes.io/name"] = Name };
        job.Template = new PodTemplateSpecArgs { Metadata = PodPlacement.Metadata(labels, ScratchVolume), Spec = Pod(context) };
        var spec = new CronJobSpecArgs
        {
            // A CronJob must have a schedule, even if it is suspended.
            Schedule = schedule ?? "0 0 1 1 *",
            TimeZone = "Etc/UTC",
            ConcurrencyPolicy = "Forbid",
            StartingDeadlineSeconds = (int)startingDeadline.TotalSeconds,
            SuccessfulJobsHistoryLimit = 1,
            // A run that failed is still there after a weekend, with its pods and their logs.
            FailedJobsHistoryLimit = 3,
            JobTemplate = new JobTemplateSpecArgs { Metadata = new ObjectMetaArgs { Labels = labels }, Spec = job },
        };
        if (schedule is null)
            spec.Suspend = true;
        _ = new K8s.Batch.V1.CronJob(
            Name, new CronJobArgs { Metadata = context.Metadata(Name, labels), Spec = spec }, context.Options([Account, .. after]));
    }

    private PodSpecArgs Pod(ClusterContext context) => new()
    {
        RestartPolicy = "Never",
        Affinity = PodPlacement.Affinity(context, Name),
        ServiceAccountName = Account.Metadata.Apply(static metadata => metadata.Name),
        // The token identifies the pod to OCI (workload identity).
        AutomountServiceAccountToken = true,
        ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = (int)Grace.TotalSeconds,
        SecurityContext = PodRestrictions.ForPod(),
        Containers =
        [
            new ContainerArgs
            {
                Name = Container,
                Image = Image,
                Args = Args,
                Env = Variables(context),
                Resources = new ResourceRequirementsArgs { Requests = Requests, Limits = Limits },
                SecurityContext = PodRestrictions.ForContainer(),
                VolumeMounts = [new VolumeMountArgs { Name = ScratchVolume, MountPath = MountPaths.Scratch }],
            },
        ],
        Volumes = [new VolumeArgs { Name = ScratchVolume, EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = Scratch } }],
    };

    private InputList<EnvVarArgs> Variables(ClusterContext context)
    {
        var variables = PodRestrictions.Variables(Environment);
        if (UsesCache && context.CachePassword is not null)
            variables.Add(PodVaultText.CachePassword.FromSecret());
        foreach (var (name, label) in Labels)
        {
            variables.Add(new EnvVarArgs
            {
                Name = name,
                ValueFrom = new EnvVarSourceArgs { FieldRef = new ObjectFieldSelectorArgs { FieldPath = $"metadata.labels['{label}']" } },
            });
        }

        return variables;
    }
}

using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Infra.Secrets;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Apps.V1;
using Pulumi.Kubernetes.Types.Inputs.Autoscaling.V2;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using Pulumi.Kubernetes.Types.Inputs.Policy.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>
/// The pods of one of our hosts, with everything that all hosts share: probes, resources, spread, draining, and only the rights that Pod
/// Security's level <c>restricted</c> allows. Every pod that serves is created here.
/// </summary>
internal sealed record HostPods
{
    private const string Scratch = "scratch";

    // The start-up probe's, in seconds.
    private const int StartUpPeriod = 5;

    /// <summary>The name of every object.</summary>
    internal required string Name { get; init; }

    /// <summary>The labels that select these pods.</summary>
    internal required ImmutableDictionary<string, string> Selector { get; init; }

    internal required Input<string> Image { get; init; }

    /// <summary>The host's environment: <see cref="HostSettings.ToEnvironment"/>.</summary>
    internal required Output<IReadOnlyDictionary<string, string>> Environment { get; init; }

    internal required PodSize Size { get; init; }

    internal required DrainTimes Drain { get; init; }

    internal required K8s.Core.V1.ServiceAccount Account { get; init; }

    /// <summary>The ports that the host listens on besides <see cref="HostPorts.Http"/>, with their names. None by default.</summary>
    internal IReadOnlyList<(string Name, int Port)> MorePorts { get; init; } = [];

    /// <summary>The port at which <c>/metrics</c> needs no credential, for an agent that finds pods by their annotations; null for no
    /// annotations.</summary>
    internal int? ScrapedPort { get; init; }

    /// <summary>The Secret or ConfigMap to mount as a folder. Null for none.</summary>
    internal PodFolder? Folder { get; init; }

    /// <summary>The key of the function TrafficSplitter. Null for none.</summary>
    internal VaultText? SplitKey { get; init; }

    /// <summary>The prediction log's spool. Null for none.</summary>
    internal PodSpool? Spool { get; init; }

    /// <summary>The volume of a StatefulSet's pod. Null for none.</summary>
    internal PodVolume? Volume { get; init; }

    /// <summary>How long the host may take to open more than one model. Zero by default.</summary>
    internal TimeSpan Opening { get; init; }

    /// <summary>Creates the Deployment. It begins with the least pods, all of which must be ready before something follows it. From then on
    /// the autoscaler decides how many there are.</summary>
    internal K8s.Apps.V1.Deployment AddDeployment(ClusterContext context, params ReadOnlySpan<Resource> after)
    {
        var options = context.Options(ApplyTimes.Deployment(Size.Max, Drain.Grace, Opening), [Account, .. after]);
        options.IgnoreChanges = ["spec.replicas"];
        return new(Name, new DeploymentArgs
        {
            Metadata = context.Metadata(Name, Labels),
            Spec = new DeploymentSpecArgs
            {
                Replicas = Size.Min,
                Selector = new LabelSelectorArgs { MatchLabels = Labels },
                RevisionHistoryLimit = 3,
                // Longer than the start-up probe allows, so that a pod on a new node is not reported as stuck.
                ProgressDeadlineSeconds = (int)(ApplyTimes.PodReady + Opening).TotalSeconds,
                Strategy = new DeploymentStrategyArgs
                {
                    Type = "RollingUpdate",
                    RollingUpdate = new RollingUpdateDeploymentArgs { MaxSurge = Surge.Share, MaxUnavailable = 0 },
                },
                Template = Template(context),
            },
        }, options);
    }

    /// <summary>Creates a StatefulSet of one pod. Kubernetes starts another one only when the first has ended, and gives it the same
    /// volume.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="service">The headless Service that gives the pod its name.</param>
    /// <param name="after">What it needs.</param>
    internal K8s.Apps.V1.StatefulSet AddStatefulSet(
        ClusterContext context, K8s.Core.V1.Service service, params ReadOnlySpan<Resource> after) =>
        new(Name, new StatefulSetArgs
        {
            Metadata = context.Metadata(Name, Labels),
            Spec = new StatefulSetSpecArgs
            {
                Replicas = 1,
                ServiceName = service.Metadata.Apply(static metadata => metadata.Name),
                Selector = new LabelSelectorArgs { MatchLabels = Labels },
                RevisionHistoryLimit = 3,
                // With the default, OrderedReady, an update never replaces a pod that does not become ready.
                PodManagementPolicy = "Parallel",
                UpdateStrategy = new StatefulSetUpdateStrategyArgs { Type = "RollingUpdate" },
                PersistentVolumeClaimRetentionPolicy = new StatefulSetPersistentVolumeClaimRetentionPolicyArgs
                {
                    WhenDeleted = "Retain",
                    WhenScaled = "Retain",
                },
                Template = Template(context),
                VolumeClaimTemplates = Volume is { } volume ? [volume.Claim(Labels)] : [],
            },
        }, context.Options(ApplyTimes.StatefulSet(Drain.Grace), [Account, service, .. after]));

    internal K8s.Autoscaling.V2.HorizontalPodAutoscaler AddAutoscaler(ClusterContext context, Resource deployment) =>
        new(Name, new HorizontalPodAutoscalerArgs
        {
            Metadata = context.Metadata(Name, Labels),
            Spec = new HorizontalPodAutoscalerSpecArgs
            {
                ScaleTargetRef = new CrossVersionObjectReferenceArgs { ApiVersion = "apps/v1", Kind = "Deployment", Name = Name },
                MinReplicas = Size.Min,
                MaxReplicas = Size.Max,
                Metrics =
                [
                    new MetricSpecArgs
                    {
                        Type = "Resource",
                        Resource = new ResourceMetricSourceArgs
                        {
                            Name = "cpu",
                            Target = new MetricTargetArgs { Type = "Utilization", AverageUtilization = Size.CpuTarget },
                        },
                    },
                ],
                Behavior = new HorizontalPodAutoscalerBehaviorArgs
                {
                    ScaleUp = new HPAScalingRulesArgs { StabilizationWindowSeconds = 0 },
                    ScaleDown = Size.KeepsReplicas
                        ? new HPAScalingRulesArgs { SelectPolicy = "Disabled" }
                        : new HPAScalingRulesArgs { StabilizationWindowSeconds = 300 },
                },
            },
        }, context.Options(deployment));

    /// <summary>Creates the budget that limits how many pods a drain of nodes may stop at a time.</summary>
    internal void AddDisruptionBudget(ClusterContext context, Resource deployment) =>
        _ = new K8s.Policy.V1.PodDisruptionBudget(Name, new PodDisruptionBudgetArgs
        {
            Metadata = context.Metadata(Name, Labels),
            Spec = new PodDisruptionBudgetSpecArgs
            {
                MaxUnavailable = 1,
                Selector = new LabelSelectorArgs { MatchLabels = Labels },
            },
        }, context.Options(deployment));

    internal InputMap<string> Labels => Selector;

    private PodTemplateSpecArgs Template(ClusterContext context)
    {
        var metadata = PodPlacement.Metadata(Labels, [Scratch, .. Spool is null ? (string[])[] : [PodSpool.VolumeName]]);
        if (context.CachePassword is { } password)
            PodVaultText.CachePassword.Annotate(metadata, password);
        if (SplitKey is { } key)
            PodVaultText.SplitKey.Annotate(metadata, key);
        if (ScrapedPort is { } port)
        {
            // The convention that OCI's Management Agent and Prometheus' own examples follow.
            metadata.Annotations.Add("prometheus.io/scrape", "true");
            metadata.Annotations.Add("prometheus.io/path", InferencePaths.Metrics);
            metadata.Annotations.Add("prometheus.io/port", port.ToString(CultureInfo.InvariantCulture));
        }

        return new PodTemplateSpecArgs { Metadata = metadata, Spec = Pod(context) };
    }

    private PodSpecArgs Pod(ClusterContext context)
    {
        var pod = new PodSpecArgs
        {
            Affinity = PodPlacement.Affinity(context, Name),
            ServiceAccountName = Account.Metadata.Apply(static metadata => metadata.Name),
            // The token identifies the pod to OCI (workload identity), and a router to the cluster's API too.
            AutomountServiceAccountToken = true,
            // The service account names it too. Naming it here makes the pod independent of the admission controller.
            ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = (int)Drain.Grace.TotalSeconds,
            SecurityContext = PodRestrictions.ForPod(),
            TopologySpreadConstraints = [.. PodPlacement.Topology.Select(Spread)],
            Containers = [Container(context)],
        };
        pod.Volumes.Add(new VolumeArgs { Name = Scratch, EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = "1Gi" } });
        if (Spool is { } spool)
            pod.Volumes.Add(spool.Volume());
        if (Folder is { } folder)
            pod.Volumes.Add(folder.Volume());
        return pod;
    }

    private ContainerArgs Container(ClusterContext context)
    {
        var container = new ContainerArgs
        {
            Name = "host",
            Image = Image,
            Ports = [Port(HostPorts.HttpName, HostPorts.Http)],
            Env = PodRestrictions.Variables(Environment),
            Resources = new ResourceRequirementsArgs
            {
                Requests = new InputMap<string>
                {
                    ["cpu"] = Size.Cpu,
                    ["memory"] = Size.Memory,
                    ["ephemeral-storage"] = PodSpool.RequestOf(Spool),
                },
                // No CPU limit: it would slow a pod down even when CPU is idle.
                Limits = new InputMap<string> { ["memory"] = Size.Memory, ["ephemeral-storage"] = PodSpool.LimitOf(Spool) },
            },
            // A version loads its artifact before it answers.
            StartupProbe = Probe(
                InferencePaths.HealthLive, StartUpPeriod, failures: (int)(ApplyTimes.StartUp.TotalSeconds / StartUpPeriod)),
            LivenessProbe = Probe(InferencePaths.HealthLive, period: 10, failures: 6),
            ReadinessProbe = Probe(InferencePaths.HealthReady, period: 5, failures: 2),
            Lifecycle = new LifecycleArgs
            {
                PreStop = new LifecycleHandlerArgs { Sleep = new SleepActionArgs { Seconds = (int)Drain.Leave.TotalSeconds } },
            },
            SecurityContext = PodRestrictions.ForContainer(),
        };
        foreach (var (name, port) in MorePorts)
            container.Ports.Add(Port(name, port));
        if (context.CachePassword is not null)
            container.Env.Add(PodVaultText.CachePassword.FromSecret());
        if (SplitKey is not null)
            container.Env.Add(PodVaultText.SplitKey.FromSecret());
        container.VolumeMounts.Add(new VolumeMountArgs { Name = Scratch, MountPath = MountPaths.Scratch });
        if (Spool is { } spool)
        {
            container.VolumeMounts.Add(PodSpool.Mount());
            if (spool.HasKey)
                container.Env.Add(PodSpool.Key());
        }

        if (Volume is { } volume)
            container.VolumeMounts.Add(volume.Mount());
        if (Folder is { } folder)
            container.VolumeMounts.Add(folder.Mount());
        return container;
    }

    private TopologySpreadConstraintArgs Spread(string key) => new()
    {
        MaxSkew = 1,
        TopologyKey = key,
        WhenUnsatisfiable = "ScheduleAnyway",
        LabelSelector = new LabelSelectorArgs { MatchLabels = Labels },
    };

    private static ContainerPortArgs Port(string name, int port) => new() { Name = name, ContainerPortValue = port, Protocol = "TCP" };

    private static ProbeArgs Probe(string path, int period, int failures) => new()
    {
        HttpGet = new HTTPGetActionArgs { Path = path, Port = HostPorts.HttpName },
        PeriodSeconds = period,
        TimeoutSeconds = 2,
        FailureThreshold = failures,
    };
}

using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra;

/// <summary>What <see cref="Workloads"/> is given.</summary>
public sealed class WorkloadsArgs : ComponentArgs
{
    /// <summary>The kubeconfig of the cluster, a secret.</summary>
    public required Input<string> KubeConfig { get; init; }

    /// <summary>The OCID of the cluster: only another one replaces what is in it, a renewed kubeconfig does not.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>The plan that the routers follow.</summary>
    public required PlanDocument Plan { get; init; }

    /// <summary>Who may ask the routers.</summary>
    public required ClientsDocument Clients { get; init; }

    /// <summary>Every version that exists; those that the plan names are among them.</summary>
    public required IReadOnlyList<VersionArgs> Versions { get; init; }

    /// <summary>The routers.</summary>
    public required RouterArgs Router { get; init; }

    /// <summary>The call of ModelMetrics each minute.</summary>
    public required MinuteJobArgs MinuteJob { get; init; }

    /// <summary>The largest body of a request in bytes that routers and versions take.</summary>
    public required int MaxRequestBytes { get; init; }

    /// <summary>The login that pods pull images with.</summary>
    public required RegistryLogin Registry { get; init; }

    /// <summary>The region whose services pods ask, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>How routers and versions ask the cache: <see cref="RouterSettings.Cache"/> and <see cref="InferenceSettings.Cache"/>.</summary>
    public required Input<CacheSettings> Cache { get; init; }

    /// <summary>Where versions find their artifacts: <see cref="InferenceSettings.Registry"/>.</summary>
    public required Input<string> Artifacts { get; init; }

    internal WorkloadsArgs CheckedVersions()
    {
        foreach (var (model, rollout) in Plan.Rollouts)
        {
            foreach (var named in rollout.Versions)
            {
                if (!Versions.Any(version => version.Model == model && version.Version == named))
                    throw new ArgumentException($"the plan names version {named} of {model}, which is not among {nameof(Versions)}");
            }
        }

        foreach (var version in Versions)
        {
            if (!ClusterNames.MayNameService(version.Model))
                throw new ArgumentException($"a Service can't be named after the model '{version.Model}': it has to begin with a letter");
        }

        return this;
    }
}

/// <summary>The pods of one kind: their image, their number and their size.</summary>
public sealed record PodSize
{
    /// <summary>The least pods.</summary>
    public required int Min { get; init; }

    /// <summary>The most pods.</summary>
    public required int Max { get; init; }

    /// <summary>The processor that a pod asks for, as in <c>500m</c>.</summary>
    public required string Cpu { get; init; }

    /// <summary>The memory that a pod asks for, and may have at most, as in <c>1Gi</c>.</summary>
    public required string Memory { get; init; }

    /// <summary>The use of the processor, in percent of what pods ask for, that the number of pods is steered to.</summary>
    public required int CpuTarget { get; init; }

    /// <summary>The pods that there are stay, whatever they do: stable while a rollout is active, and what is kept warm. Off by default.</summary>
    public bool KeepsReplicas { get; init; }
}

/// <summary>A version of a model that exists in the cluster.</summary>
public sealed record VersionArgs
{
    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>Its pods.</summary>
    public required PodSize Size { get; init; }

    /// <summary>The deadline of the model's requests, which a leaving pod still answers.</summary>
    public required TimeSpan Deadline { get; init; }
}

/// <summary>The routers.</summary>
public sealed record RouterArgs
{
    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>Their pods.</summary>
    public required PodSize Size { get; init; }

    /// <summary>The longest deadline of a request, which a leaving pod still answers.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>Where they find the journal: <see cref="RouterSettings.Journal"/>.</summary>
    public required Input<string> Journal { get; init; }

    /// <summary>The OCID of the subnet of the internal load balancer.</summary>
    public required Input<string> LoadBalancerSubnetId { get; init; }

    /// <summary>The OCID of the internal load balancer's own security group.</summary>
    public required Input<string> LoadBalancerGroupId { get; init; }

    /// <summary>Whether the internal load balancer leads to the admin API too, on <see cref="HostPorts.LoadBalancerAdmin"/>. Off by default.</summary>
    public bool IsAdminBalanced { get; init; }
}

/// <summary>The call of ModelMetrics each minute.</summary>
public sealed record MinuteJobArgs
{
    /// <summary>The functions' image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> FunctionId { get; init; }

    /// <summary>Where it is called: the function's own host.</summary>
    public required Input<string> InvokeEndpoint { get; init; }

    /// <summary>The policy that lets the job's pods call it.</summary>
    public required Resource Policy { get; init; }
}

/// <summary>A login at a container registry.</summary>
/// <param name="Host">The registry's host.</param>
/// <param name="User">The user, a secret.</param>
/// <param name="Token">The token, a secret.</param>
public sealed record RegistryLogin(string Host, Input<string> User, Input<string> Token);

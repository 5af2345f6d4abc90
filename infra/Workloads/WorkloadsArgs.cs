using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>What <see cref="WorkloadsComponent"/> is given.</summary>
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
    public required ContainerRegistryLogin Registry { get; init; }

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

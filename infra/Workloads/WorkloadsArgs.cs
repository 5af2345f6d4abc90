using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Secrets;
using Pulumi;

namespace ModelServing.Infra.Workloads;

public sealed class WorkloadsArgs : ComponentArgs
{
    /// <summary>The kubeconfig of the cluster, a secret.</summary>
    public required Input<string> KubeConfig { get; init; }

    /// <summary>The OCID of the cluster. Another cluster replaces every object; a renewed kubeconfig does not.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>What must exist as long as there are objects in the cluster, because their deletion needs it too: the network, the cluster
    /// with its nodes, and the way to its API.</summary>
    public required IReadOnlyList<Resource> Foundation { get; init; }

    /// <summary>Whether routers run on nodes of their own, whose label is <see cref="ClusterNames.RouterPool"/>. False by default.
    /// </summary>
    public bool RoutersHaveNodes { get; init; }

    /// <summary>The plan that the routers follow.</summary>
    public required PlanDocument Plan { get; init; }

    /// <summary>The clients that the routers accept.</summary>
    public required ClientsDocument Clients { get; init; }

    /// <summary>Every version that runs in pods of its own.</summary>
    public required IReadOnlyList<VersionArgs> Versions { get; init; }

    /// <summary>The pools, which run all other versions. None by default.</summary>
    public IReadOnlyList<PoolArgs> Pools { get; init; } = [];

    public required RouterArgs Router { get; init; }

    /// <summary>The feature server; null for none.</summary>
    public FeatureServerArgs? FeatureServer { get; init; }

    public required MinuteJobArgs MinuteJob { get; init; }

    /// <summary>The daily export of the prediction log; null for none.</summary>
    public ExportJobArgs? Export { get; init; }

    /// <summary>The daily copy of the journal; null for none.</summary>
    public BackupJobArgs? Backup { get; init; }

    /// <summary>The jobs that print reports about the prediction log; null for none.</summary>
    public ReportJobsArgs? Reports { get; init; }

    /// <summary>The largest body of a request, in bytes, that routers and versions accept.</summary>
    public required int MaxRequestBytes { get; init; }

    public required ContainerRegistryLogin Registry { get; init; }

    /// <summary>The region whose services the pods call, as in <c>eu-frankfurt-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The description of a region that the SDK's version does not know: <see cref="OciSettings.RegionMetadata"/>. Null for none.
    /// </summary>
    public string? RegionMetadata { get; init; }

    /// <summary>The collector of traces and metrics: <see cref="HostSettings.OtlpEndpoint"/>. Null for none.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>Whether pods have the annotations by which an agent finds <c>/metrics</c>. No by default.</summary>
    public bool AreScraped { get; init; }

    /// <summary>How many of 10,000 requests routers, versions and the feature server log: <see cref="AccessLogSettings.Sample"/>.</summary>
    public required int AccessLogSample { get; init; }

    /// <summary>How routers and versions connect to the cache: <see cref="RouterSettings.Cache"/> and
    /// <see cref="InferenceSettings.Cache"/>.</summary>
    public required Input<CacheSettings> Cache { get; init; }

    /// <summary>The password of the cache, which pods get through a Secret. Null, the default, for none.</summary>
    public VaultText? CachePassword { get; init; }

    /// <summary>The location of the prediction log's tables: <see cref="PredictionLogSettings.Store"/>.</summary>
    public required Input<string> PredictionStore { get; init; }

    /// <summary>The key of the prediction log's hashes, a secret: <see cref="PredictionLogSettings.HashKey"/>. Null for none.</summary>
    public Input<string>? HashKey { get; init; }

    /// <summary>The location of the versions' artifacts: <see cref="InferenceSettings.Registry"/>. Exports go there too.</summary>
    public required Input<string> Artifacts { get; init; }

    /// <summary>How pods call OCI: with workload identity, which does not know the region.</summary>
    internal OciSettings Oci =>
        new() { Identity = OciIdentity.WorkloadIdentity, Region = Region, RegionMetadata = RegionMetadata };

    internal WorkloadsArgs CheckedVersions()
    {
        var running = Versions.Select(static version => (version.Model, version.Version))
            .Concat(Pools.SelectMany(static pool => pool.Document.Versions).Select(static version => (version.Model, version.Version)))
            .ToList();
        foreach (var (model, rollout) in Plan.Rollouts)
        {
            foreach (var named in rollout.Versions)
            {
                if (!running.Contains((model, named)))
                {
                    throw new ArgumentException(
                        $"the plan names version {named} of {model}, which is not among {nameof(Versions)} or in {nameof(Pools)}");
                }
            }
        }

        if (running.GroupBy(static each => each).FirstOrDefault(static same => same.Count() > 1) is { Key: var (twice, number) })
            throw new ArgumentException($"version {number} of {twice} runs twice");
        foreach (var (model, _) in running)
        {
            if (!ClusterNames.MayNameService(model))
                throw new ArgumentException($"a Service cannot have the name of the model '{model}': it must begin with a letter");
        }

        return this;
    }
}

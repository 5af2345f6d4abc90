using ModelServing.Contracts;
using ModelServing.Infra.Access;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Infra.Cache;
using ModelServing.Infra.Cluster;
using ModelServing.Infra.Images;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Network;
using ModelServing.Infra.Predictions;
using Pulumi;

namespace ModelServing.Stacks.Composition;

/// <summary>The components of the first apply, which those of the second one build on.</summary>
internal sealed record Foundation(
    NetworkComponent Network,
    ClusterComponent Cluster,
    CacheComponent Cache,
    JournalComponent Journal,
    PredictionsComponent Predictions,
    ArtifactStoreComponent Store,
    ImagesComponent Images)
{
    /// <summary>The way to the cluster for people; null without one.</summary>
    internal AccessComponent? Access { get; init; }

    /// <summary>What the Kubernetes API is reached through. It must outlive every object of the cluster, because it takes part in their
    /// deletion too.</summary>
    internal IReadOnlyList<Resource> WayToCluster => Access is null ? [Network, Cluster] : [Network, Cluster, Access];

    /// <summary>The location of the versions' artifacts in the settings of programs.</summary>
    internal Output<string> Artifacts =>
        Output.Tuple(Store.Namespace, Store.BucketName).Apply(static bucket => HostSources.Bucket(bucket.Item1, bucket.Item2));
}

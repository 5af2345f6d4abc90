using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Identity;

public sealed class WorkloadPoliciesArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, the only region where identity can be changed.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the cluster that the pods run in.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>The name of the bucket of artifacts.</summary>
    public required string BucketName { get; init; }

    /// <summary>The Kubernetes namespace of the pods.</summary>
    public required string Namespace { get; init; }

    /// <summary>The models that the cluster serves. The pods of each have a service account of their own:
    /// <see cref="ClusterNames.InferenceOf"/>.</summary>
    public required IReadOnlyList<ModelName> Models { get; init; }

    /// <summary>The models of each pool, which are among <see cref="Models"/>. The pods of a pool have one service account:
    /// <see cref="ClusterNames.ModelPoolOf"/>. No pools by default.</summary>
    public IReadOnlyList<(ModelName Name, IReadOnlyList<ModelName> Models)> Pools { get; init; } = [];

    /// <summary>The service account of the routers' pods.</summary>
    public required string RouterAccount { get; init; }

    /// <summary>The service account of the pods that export predictions; null for none.</summary>
    public string? ExportAccount { get; init; }

    /// <summary>The service account of the pods that compare the arms of experiments; null for none.</summary>
    public string? ExperimentAccount { get; init; }

    /// <summary>The service account of the pods that replay requests; null for none.</summary>
    public string? TryAccount { get; init; }

    /// <summary>The service account of the pod that copies the journal; null for none.</summary>
    public string? BackupAccount { get; init; }

    /// <summary>The service account of the feature server's pod; null for none.</summary>
    public string? FeatureServerAccount { get; init; }

    /// <summary>The service account of the pods that fill feature views; null for none.</summary>
    public string? FeatureRebuildAccount { get; init; }

    /// <summary>The service account of the pods that export training tables; null for none.</summary>
    public string? FeatureExportAccount { get; init; }

    /// <summary>The service account of the pod that compacts the event log; null for none.</summary>
    public string? FeatureCompactAccount { get; init; }

    /// <summary>The prefix of the keys of the event log in the bucket. The feature server may create objects there, and the compaction
    /// may delete them.</summary>
    public required string EventsPrefix { get; init; }

    /// <summary>The prefix of the keys of the archive of the event log. The compaction may create objects there.</summary>
    public required string ArchivePrefix { get; init; }

    /// <summary>The prefix of the keys of feature views' definitions, which the feature server reads.</summary>
    public required string FeaturesPrefix { get; init; }

    /// <summary>The prefix of the keys of what the prediction log stores in the bucket. Pods of Inference and of the export may create
    /// objects there, and nothing else.</summary>
    public required string DataLakePrefix { get; init; }
}

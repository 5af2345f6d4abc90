using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Functions;

public sealed class PublishedChecksArgs : ComponentArgs
{
    /// <summary>The OCID of the function ModelLoader.</summary>
    public required Input<string> ModelLoaderId { get; init; }

    /// <summary>The Object Storage namespace of the bucket.</summary>
    public required Input<string> Namespace { get; init; }

    /// <summary>The bucket of artifacts.</summary>
    public required Input<string> BucketName { get; init; }

    /// <summary>The published versions, each once.</summary>
    public required IReadOnlyList<(ModelName Model, ModelVersion Version)> Versions { get; init; }

    /// <summary>What the calls wait for: the function's rights, and what is made last, because a new function has its rights some minutes
    /// after they were made.</summary>
    public required IReadOnlyList<Resource> After { get; init; }
}

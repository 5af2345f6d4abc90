using ModelServing.Infra.Identity;
using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra.ArtifactStore;

public sealed class ArtifactReplicaArgs : ComponentArgs
{
    /// <summary>The provider of the copy's region.</summary>
    public required Pulumi.Oci.Provider ReplicaRegion { get; init; }

    /// <summary>The copy's region, as in <c>eu-amsterdam-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The name of the copy.</summary>
    public required string ReplicaName { get; init; }

    /// <summary>The Object Storage namespace of the tenancy, which all regions share.</summary>
    public required Input<string> Namespace { get; init; }

    /// <summary>The bucket that is copied.</summary>
    public required Input<string> BucketName { get; init; }

    /// <summary>The policy that lets Object Storage write the copy: <see cref="ServicePolicies.ObjectStorage"/>.</summary>
    public required Input<Resource> ServicePolicy { get; init; }

    /// <summary>Whether the copy is protected from deletion, and kept in the cloud if the stack is removed. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal ArtifactReplicaArgs CheckedName()
    {
        NameForm.Bucket.Check(ReplicaName);
        return this;
    }
}

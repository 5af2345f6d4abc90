using ModelServing.Infra.Identity;
using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra.ArtifactStore;

/// <summary>What <see cref="ArtifactStoreComponent"/> is given.</summary>
public sealed class ArtifactStoreArgs : ComponentArgs
{
    /// <summary>The name of the bucket: a function of project and stack in Contracts, since <c>ms publish</c> finds it by that.</summary>
    public required string BucketName { get; init; }

    /// <summary>What lets Object Storage carry out lifecycle rules, and use the key if there is one; it is made first, or the rules
    /// are refused: <see cref="ServicePolicies.ObjectStorage"/>.</summary>
    public required Input<Resource> ServicePolicy { get; init; }

    /// <summary>After how many days an object's overwritten or deleted version goes for good. 90 by default.</summary>
    public int PreviousVersionDays { get; init; } = 90;

    /// <summary>After how many days an upload in parts that was never finished goes. 7 by default.</summary>
    public int UnfinishedUploadDays { get; init; } = 7;

    /// <summary>The OCID of the key that objects are encrypted with. None by default: then Oracle's own key does, for nothing is
    /// ever stored in plain.</summary>
    public Input<string>? KmsKeyId { get; init; }

    /// <summary>Whether the bucket is protected from being deleted, and kept in the cloud when the stack goes. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal ArtifactStoreArgs CheckedDays()
    {
        NameForm.Bucket.Check(BucketName);
        if (PreviousVersionDays < 1 || UnfinishedUploadDays < 1)
            throw new ArgumentException($"{nameof(PreviousVersionDays)} is {PreviousVersionDays} and {nameof(UnfinishedUploadDays)} is {UnfinishedUploadDays}; each is 1 at least");
        return this;
    }
}

using ModelServing.Infra.Identity;
using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra.ArtifactStore;

public sealed class ArtifactStoreArgs : ComponentArgs
{
    /// <summary>The name of the bucket. Contracts derives it from project and stack, so <c>ms publish</c> finds the bucket too.</summary>
    public required string BucketName { get; init; }

    /// <summary>The policy that lets Object Storage apply lifecycle rules and use the key, if there is one:
    /// <see cref="ServicePolicies.ObjectStorage"/>. It must exist first; without it, the rules are refused.</summary>
    public required Input<Resource> ServicePolicy { get; init; }

    /// <summary>The number of days until an overwritten or deleted object is gone for good. 90 by default.</summary>
    public int PreviousVersionDays { get; init; } = 90;

    /// <summary>The number of days until an unfinished multipart upload is removed. 7 by default.</summary>
    public int UnfinishedUploadDays { get; init; } = 7;

    /// <summary>The start of the keys of objects that expire, and the number of days until they do.</summary>
    public required (string Prefix, int Days) Expiring { get; init; }

    /// <summary>The OCID of the key that encrypts objects. None by default: Oracle's own key then encrypts them.</summary>
    public Input<string>? KmsKeyId { get; init; }

    /// <summary>Whether the bucket is protected from deletion, and kept in the cloud if the stack is removed. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal ArtifactStoreArgs CheckedDays()
    {
        NameForm.Bucket.Check(BucketName);
        if (PreviousVersionDays < 1 || UnfinishedUploadDays < 1)
        {
            throw new ArgumentException(
                $"{nameof(PreviousVersionDays)} is {PreviousVersionDays} and {nameof(UnfinishedUploadDays)} is {UnfinishedUploadDays}; "
                + "both must be at least 1");
        }

        if (string.IsNullOrEmpty(Expiring.Prefix) || Expiring.Days < 1)
        {
            throw new ArgumentException(
                $"{nameof(Expiring)} is '{Expiring.Prefix}' after {Expiring.Days} days; it must be a prefix, and at least 1 day");
        }

        return this;
    }
}

using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Infra.ArtifactStore;

/// <summary>
/// A copy of the bucket of artifacts in another region, which Object Storage itself keeps. It protects from the loss of a region, not from
/// a deletion, which is copied too. While the policy exists, the copy is read-only, and only what was stored after it was made is copied.
/// </summary>
public sealed class ArtifactReplica : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing, or OCI does not accept the name.</exception>
    public ArtifactReplica(string name, ArtifactReplicaArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:ArtifactReplica", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ArtifactReplicaArgs>().CheckedName();
        var inItsRegion = Protection.Options(this, args.DataProtection, [args.ServicePolicy]);
        inItsRegion.Provider = args.ReplicaRegion;
        var replica = new Bucket(name, new BucketArgs
        {
            CompartmentId = args.CompartmentId,
            Namespace = args.Namespace,
            Name = args.ReplicaName,
            AccessType = "NoPublicAccess",
            StorageTier = "Standard",
            // OCI keeps no versions in a bucket that is a copy. Neither could a lifecycle rule delete them there.
            Versioning = "Disabled",
            FreeformTags = args.Names.Tags("artifact-store"),
        }, inItsRegion);
        _ = new ReplicationPolicy(name, new ReplicationPolicyArgs
        {
            Namespace = args.Namespace,
            Bucket = args.BucketName,
            Name = args.Names.NameOf("replication"),
            DestinationRegionName = args.Region,
            DestinationBucketName = replica.Name,
        }, Protection.Options(this, args.DataProtection, [args.ServicePolicy]));
        ReplicaName = replica.Name;
        RegisterOutputs(new Dictionary<string, object?> { ["replicaName"] = ReplicaName });
    }

    public Output<string> ReplicaName { get; }
}

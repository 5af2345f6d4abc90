using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>
/// The rights of OCI's own services in the environment's compartment. Object Storage applies the bucket's lifecycle rules. If the
/// customer brings a key, Object Storage, the cluster and the disks of its nodes may use it. The policies come before the resources that
/// need them.
/// </summary>
public sealed class ServicePolicies : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public ServicePolicies(string name, ServicePoliciesArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:ServicePolicies", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ServicePoliciesArgs>();
        var writer = new PolicyWriter(this, name, args, args.HomeRegion, args.Names.Tags("identity"));
        var objectStorage = $"service objectstorage-{args.Region}";
        var bucket = (Input<string>)$"target.bucket.name='{NameForm.Bucket.Check(args.BucketName)}'";
        if (args.KmsKeyId is null)
        {
            ObjectStorage = writer.Write("object-storage", "Object Storage applies the bucket's lifecycle rules", [.. OfBuckets()]);
        }
        else
        {
            var key = (Input<string>)Output.Format($"target.key.id='{args.KmsKeyId}'");
            ObjectStorage = writer.Write(
                "object-storage",
                "Object Storage applies the bucket's lifecycle rules and uses its key",
                [.. OfBuckets(), new PolicyStatement(objectStorage, "use", "keys", key)]);
            ClusterKey = writer.Write(
                "cluster-key",
                "The cluster encrypts Kubernetes secrets and the disks of its nodes with the key",
                new PolicyStatement(
                    "any-user",
                    "use",
                    "keys",
                    "request.principal.type='cluster'",
                    Output.Format($"request.principal.compartment.id='{args.CompartmentId}'"),
                    key),
                // Oracle's statements for boot volumes. A node pool delegates the use of the key to Block Volume.
                new PolicyStatement("service oke", "use", "key-delegates", key),
                new PolicyStatement("service blockstorage", "use", "keys", key),
                new PolicyStatement("any-user", "use", "key-delegates", "request.principal.type='nodepool'", key));
        }

        RegisterOutputs();

        IEnumerable<PolicyStatement> OfBuckets()
        {
            yield return new PolicyStatement(objectStorage, "manage", "object-family", bucket);
            // The service of the first bucket's region writes the copy.
            if (args.ReplicaName is { } replica)
            {
                yield return new PolicyStatement(
                    objectStorage, "manage", "object-family", $"target.bucket.name='{NameForm.Bucket.Check(replica)}'");
            }
        }
    }

    /// <summary>The policy that must exist before the bucket.</summary>
    public Resource ObjectStorage { get; }

    /// <summary>The policy that must exist before the cluster; null if there is no key.</summary>
    public Resource? ClusterKey { get; }
}

using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>
/// What OCI's own services may do in the environment's compartment: Object Storage carries out the bucket's lifecycle rules; and if
/// there is a key of one's own, it and the cluster use that. These come before what they are for.
/// </summary>
public sealed class ServicePolicies : ComponentResource
{
    /// <summary>Makes the policies.</summary>
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
            ObjectStorage = writer.Write("object-storage", "Object Storage carries out the bucket's lifecycle rules", LifecycleRules());
        }
        else
        {
            var key = (Input<string>)Output.Format($"target.key.id='{args.KmsKeyId}'");
            ObjectStorage = writer.Write(
                "object-storage",
                "Object Storage carries out the bucket's lifecycle rules and uses its key",
                LifecycleRules(),
                new PolicyStatement(objectStorage, "use", "keys", key));
            ClusterKey = writer.Write(
                "cluster-key",
                "The cluster encrypts Kubernetes secrets with the key",
                new PolicyStatement("any-user", "use", "keys", "request.principal.type='cluster'", Output.Format($"request.principal.compartment.id='{args.CompartmentId}'"), key));
        }

        RegisterOutputs();

        PolicyStatement LifecycleRules() => new(objectStorage, "manage", "object-family", bucket);
    }

    /// <summary>The policy that the bucket needs first.</summary>
    public Resource ObjectStorage { get; }

    /// <summary>The policy that the cluster needs first; null when there is no key.</summary>
    public Resource? ClusterKey { get; }
}

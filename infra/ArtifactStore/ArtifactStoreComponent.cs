using System.Globalization;
using Pulumi;
using Pulumi.Oci.ObjectStorage;
using Pulumi.Oci.ObjectStorage.Inputs;

namespace ModelServing.Infra.ArtifactStore;

/// <summary>
/// The bucket of artifacts: private and versioned, with an event for each new object, and with rules that delete only what can no longer
/// be used: what the prediction log stores there expires, and so do previous versions and unfinished uploads.
/// </summary>
public sealed class ArtifactStoreComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public ArtifactStoreComponent(string name, ArtifactStoreArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:ArtifactStore", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ArtifactStoreArgs>().CheckedDays();
        // With a compartment, the call needs a right; without one, it does not, and a tenancy has only one namespace.
        Namespace = GetNamespace.Invoke(new GetNamespaceInvokeArgs(), new InvokeOptions { Parent = this })
            .Apply(result => result.Namespace);
        var bucket = new Bucket(name, new BucketArgs
        {
            CompartmentId = args.CompartmentId,
            Namespace = Namespace,
            Name = args.BucketName,
            AccessType = "NoPublicAccess",
            StorageTier = "Standard",
            Versioning = "Enabled",
            ObjectEventsEnabled = true,
            KmsKeyId = args.KmsKeyId,
            FreeformTags = args.Names.Tags("artifact-store"),
        }, Protection.Options(this, args.DataProtection, [args.ServicePolicy]));

        var expiring = Rule("data-lake", "DELETE", "objects", args.Expiring.Days);
        expiring.ObjectNameFilter = new ObjectLifecyclePolicyRuleObjectNameFilterArgs { InclusionPrefixes = [args.Expiring.Prefix] };
        _ = new ObjectLifecyclePolicy(name, new ObjectLifecyclePolicyArgs
        {
            Namespace = Namespace,
            Bucket = bucket.Name,
            Rules =
            [
                expiring,
                Rule("previous-versions", "DELETE", "previous-object-versions", args.PreviousVersionDays),
                Rule("unfinished-uploads", "ABORT", "multipart-uploads", args.UnfinishedUploadDays),
            ],
        }, Protection.Options(this, args.DataProtection, [args.ServicePolicy]));

        BucketName = bucket.Name;
        RegisterOutputs(new Dictionary<string, object?> { ["bucketName"] = BucketName, ["namespace"] = Namespace });
    }

    public Output<string> BucketName { get; }

    /// <summary>The Object Storage namespace of the tenancy.</summary>
    public Output<string> Namespace { get; }

    private static ObjectLifecyclePolicyRuleArgs Rule(string name, string action, string target, int days) => new()
    {
        Name = name,
        Action = action,
        Target = target,
        TimeAmount = days.ToString(CultureInfo.InvariantCulture),
        TimeUnit = "DAYS",
        IsEnabled = true,
    };
}

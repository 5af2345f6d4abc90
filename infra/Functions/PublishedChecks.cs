using System.Text.Json;
using ModelServing.Contracts;
using Pulumi;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>
/// One call of ModelLoader for each version that the stack file names, with the event that its manifest caused. The first versions are
/// published before there is a function and a rule (<see cref="ArtifactEvents"/>), and the Events service keeps nothing for later rules.
/// A version that is named later gets a second check, which writes nothing new.
/// </summary>
/// <remarks>The calls are detached: OCI answers once it has accepted one, and a slow or failed check fails no apply. A version without a
/// verdict is served all the same, because every pod checks its artifact itself.</remarks>
public sealed class PublishedChecks : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public PublishedChecks(string name, PublishedChecksArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:PublishedChecks", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<PublishedChecksArgs>();
        foreach (var (model, version) in args.Versions)
        {
            _ = new OciFunctions.InvokeFunction($"{name}-{model}-v{version}", new OciFunctions.InvokeFunctionArgs
            {
                FunctionId = args.ModelLoaderId,
                FnInvokeType = "detached",
                InvokeFunctionBody = Output.Tuple(args.Namespace, args.BucketName)
                    .Apply(bucket => Event(model, version, bucket.Item1, bucket.Item2)),
            }, new CustomResourceOptions { Parent = this, DependsOn = args.After.ToArray() });
        }

        RegisterOutputs();
    }

    private static string Event(ModelName model, ModelVersion version, string space, string bucket) => JsonSerializer.Serialize(new
    {
        eventType = ArtifactEvents.Created,
        eventID = $"apply-{model}-{version}",
        data = new
        {
            resourceName = ArtifactKeys.Manifest(model, version),
            additionalDetails = new { bucketName = bucket, @namespace = space },
        },
    });
}

using ModelServing.Contracts;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Settings;
using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Stacks;

/// <summary>
/// Checks that the versions that the settings name are published: one query per version, for its manifest. It queries nothing before the
/// bucket exists.
/// </summary>
internal static class PublishedVersions
{
    /// <summary>Queries the bucket. Fails the run with one error per missing version, which names its setting.</summary>
    internal static void Check(StackFile file, ArtifactStoreComponent store)
    {
        foreach (var (setting, model, version) in file.NamedVersions())
        {
            var manifest = ArtifactKeys.Manifest(model, version);
            // The arguments are outputs of the bucket: before it exists they are unknown, so Pulumi skips the query.
            GetObjects.Invoke(
                new GetObjectsInvokeArgs { Namespace = store.Namespace, Bucket = store.BucketName, Prefix = manifest },
                new InvokeOptions { Parent = store }).Apply(found =>
            {
                if (found.Objects.IsDefault || !found.Objects.Any(entry => entry.Name == manifest))
                {
                    var fault = file.Fault(
                        setting, $"version {version} of {model} is not published: the bucket has no {manifest}; 'ms publish' adds it");
                    Log.Error($"{fault.Path}: {fault.Message}", store);
                }

                return found;
            });
        }
    }
}

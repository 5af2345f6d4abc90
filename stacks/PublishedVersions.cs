using ModelServing.Contracts;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Settings;
using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Stacks;

/// <summary>
/// Looks whether the versions that the settings name are published: one question per version, for its manifest. Nothing is asked while
/// the bucket does not exist yet.
/// </summary>
internal static class PublishedVersions
{
    /// <summary>Asks, and fails the run with every version that is missing, named by its setting.</summary>
    internal static void Check(StackFile file, ArtifactStoreComponent store)
    {
        foreach (var (setting, model, version) in file.NamedVersions())
        {
            var manifest = ArtifactKeys.Manifest(model, version);
            // By outputs of the bucket: unknown before it is made, and then the question is not asked.
            GetObjects.Invoke(
                new GetObjectsInvokeArgs { Namespace = store.Namespace, Bucket = store.BucketName, Prefix = manifest },
                new InvokeOptions { Parent = store }).Apply(found =>
            {
                if (found.Objects.IsDefault || !found.Objects.Any(entry => entry.Name == manifest))
                {
                    var fault = file.Fault(setting, $"version {version} of {model} is not published: the bucket has no {manifest}; 'ms publish' puts it there");
                    Log.Error($"{fault.Path}: {fault.Message}", store);
                }

                return found;
            });
        }
    }
}

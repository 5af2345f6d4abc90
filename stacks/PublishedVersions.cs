using ModelServing.Contracts;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Settings;
using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Stacks;

/// <summary>
/// Checks that the versions of models and of feature views that the settings name are published: one query per version, for its manifest or
/// its definition. Then it compares the interfaces of canaries and arms with those of their stable versions. It queries nothing before the
/// bucket exists.
/// </summary>
internal static class PublishedVersions
{
    /// <summary>Queries the bucket. Fails the run with one error per missing version and per version with another interface, which names
    /// its setting.</summary>
    internal static void Check(StackFile file, ArtifactStoreComponent store)
    {
        var published = new Dictionary<(ModelName, ModelVersion), Output<bool>>();
        foreach (var (setting, model, version) in file.NamedVersions())
        {
            published[(model, version)] = Require(
                file,
                store,
                setting,
                ArtifactKeys.Manifest(model, version),
                $"version {version} of {model}",
                $"'{StackConfiguration.Ms} publish' adds it");
        }

        PublishedInterfaces.Check(file, store, (model, version) => published[(model, version)]);

        foreach (var (name, view) in file.Settings.Features.Views)
        {
            for (var i = 0; i < view.Versions.Count; i++)
            {
                var key = ArtifactKeys.Definition(name.Text, view.Versions[i].Number);
                var what = $"version {view.Versions[i]} of the feature view {name}";
                const string Remedy = $"'{StackConfiguration.Ms} features apply' adds it";
                Require(file, store, $"features.views.{name}.versions[{i}]", key, what, Remedy);
            }
        }
    }

    // Whether it is published.
    private static Output<bool> Require(
        StackFile file, ArtifactStoreComponent store, string setting, string key, string what, string remedy) =>
        // The arguments are outputs of the bucket: before it exists they are unknown, so Pulumi skips the query.
        GetObjects.Invoke(
            new GetObjectsInvokeArgs { Namespace = store.Namespace, Bucket = store.BucketName, Prefix = key },
            new InvokeOptions { Parent = store }).Apply(found =>
        {
            var isPublished = !found.Objects.IsDefault && found.Objects.Any(entry => entry.Name == key);
            if (!isPublished)
            {
                var fault = file.Fault(setting, $"{what} is not published: the bucket has no {key}; {remedy}");
                Log.Error($"{fault.Path}: {fault.Message}", store);
            }

            return isPublished;
        });
}

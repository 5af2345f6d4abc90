using System.Text;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Registry;
using ModelServing.Settings;
using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Stacks;

/// <summary>Compares the published inputs and outputs of canaries and arms with those of their stable versions.</summary>
internal static class PublishedInterfaces
{
    /// <summary>Reads the manifests of the published ones. Fails the run with one error for each that can't answer all requests of the
    /// stable version's callers.</summary>
    internal static void Check(
        StackFile file, ArtifactStoreComponent store, Func<ModelName, ModelVersion, Output<bool>> isPublished)
    {
        foreach (var (setting, model, stable, version) in file.ComparedVersions())
        {
            Output.Tuple(isPublished(model, stable), isPublished(model, version)).Apply(both => both is (true, true)
                ? Output.Tuple(Read(store, model, stable), Read(store, model, version)).Apply(read =>
                {
                    if (read is ({ } needed, { } offered) && needed.FindMissing(offered) is { Count: > 0 } missing)
                    {
                        var fault = file.InterfaceFault(setting, model, stable, version, missing);
                        Log.Error($"{fault.Path}: {fault.Message}", store);
                    }

                    return true;
                })
                : Output.Create(false));
        }
    }

    // Null if it can't be read, which is an error of the run.
    private static Output<CallerInterface?> Read(ArtifactStoreComponent store, ModelName model, ModelVersion version)
    {
        var key = ArtifactKeys.Manifest(model, version);
        return Content(store, key).Apply(bytes =>
        {
            if (Parse(store, key, () => Manifest.Parse(bytes)) is not { } manifest)
                return Output.Create((CallerInterface?)null);
            string[] views = [.. (manifest.Features?.Views ?? []).Select(static view => ArtifactKeys.Definition(view.View, view.Version))];
            return Output.All(views.Select(view => Content(store, view))).Apply(definitions =>
            {
                var read = definitions.Zip(views, (text, view) => Parse(store, view, () => ViewDefinition.Parse(text))).ToList();
                return read.Contains(null) ? null : CallerInterface.From(manifest, read!);
            });
        });
    }

    private static T? Parse<T>(ArtifactStoreComponent store, string key, Func<T> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (ContractException e)
        {
            Log.Error($"{key}: {e.Message}", store);
            return null;
        }
    }

    /// <summary>Reads an object.</summary>
    internal static Output<byte[]> Content(ArtifactStoreComponent store, string key) => GetObject.Invoke(
        new GetObjectInvokeArgs { Namespace = store.Namespace, Bucket = store.BucketName, Object = key },
        new InvokeOptions { Parent = store }).Apply(static found => Encoding.UTF8.GetBytes(found.Content));
}

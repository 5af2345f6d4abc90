using ModelServing.Contracts;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.Settings;
using Pulumi;
using Pulumi.Oci.ObjectStorage;

namespace ModelServing.Stacks;

/// <summary>
/// Refuses versions in pools that ModelLoader has refused. With pods of its own, such a version stops the apply, because its pods are never
/// ready. A pool is ready without it, and the plan would send it requests.
/// </summary>
internal static class PooledVerdicts
{
    /// <summary>Queries the bucket. Fails the run with one error for each such version, which names its setting. A version without a
    /// verdict passes: the check takes a minute or two, and comes only with the second apply.</summary>
    internal static void Check(StackFile file, ArtifactStoreComponent store)
    {
        foreach (var (setting, model, version) in file.NamedVersions())
        {
            if (file.Settings.Models[model].Pods.Pool is not { } pool)
                continue;
            var key = ArtifactKeys.Verdict(model, version);
            GetObjects.Invoke(
                new GetObjectsInvokeArgs { Namespace = store.Namespace, Bucket = store.BucketName, Prefix = key },
                new InvokeOptions { Parent = store }).Apply(found =>
            {
                if (found.Objects.IsDefault || !found.Objects.Any(entry => entry.Name == key))
                    return Output.Create(false);
                var manifest = PublishedInterfaces.Content(store, ArtifactKeys.Manifest(model, version));
                return Output.Tuple(PublishedInterfaces.Content(store, key), manifest).Apply(read =>
                {
                    if (FindingIn(read.Item1, read.Item2) is not { } finding)
                        return true;
                    var fault = file.Fault(
                        setting,
                        $"version {version} of {model} is refused: {finding}. The pool {pool} would be ready without it. Publish another "
                        + "version, or give the model pods of its own");
                    Log.Error($"{fault.Path}: {fault.Message}", store);
                    return true;
                });
            });
        }
    }

    // The first thing that is wrong with the version; null if nothing is, or if the verdict is about something else.
    private static string? FindingIn(byte[] verdict, byte[] manifest)
    {
        try
        {
            var parsed = Verdict.Parse(verdict);
            return parsed.Outcome == VerdictOutcome.Refused && parsed.ManifestDigest == Sha256Digest.Compute(manifest)
                ? parsed.Findings[0].Message
                : null;
        }
        catch (ContractException)
        {
            // It is of another release. The pods check the artifact themselves.
            return null;
        }
    }
}

using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The manifests of the published versions of <c>fraud</c>.</summary>
internal static class SomeArtifacts
{
    /// <summary>The manifests by key.</summary>
    /// <param name="canary">Changes that of version 2.</param>
    internal static IReadOnlyDictionary<string, string> Contents(Func<Manifest, Manifest>? canary = null)
    {
        var model = ModelName.Parse("fraud");
        return Enumerable.Range(1, 2).ToDictionary(
            version => ArtifactKeys.Manifest(model, new ModelVersion(version)),
            version =>
            {
                var manifest = SomeArtifact.Manifest(model, new ModelVersion(version), [1]);
                return Encoding.UTF8.GetString((version == 2 && canary is not null ? canary(manifest) : manifest).ToUtf8());
            });
    }
}

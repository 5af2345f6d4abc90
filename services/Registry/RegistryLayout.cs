using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>The keys of a version's objects, from <see cref="ArtifactKeys"/>.</summary>
public static class RegistryLayout
{
    /// <summary>The prefix of all models' keys.</summary>
    public const string Prefix = ArtifactKeys.Prefix;

    /// <summary>The last part of a model's key; also the place of findings that concern the whole file.</summary>
    public const string ModelFile = ArtifactKeys.ModelFile;

    public static ObjectKey Model(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Model(model, version));

    public static ObjectKey Manifest(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Manifest(model, version));

    public static ObjectKey Verdict(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Verdict(model, version));

    /// <summary>Finds the version whose manifest has the key <paramref name="key"/>; false if it is not the key of a manifest.</summary>
    public static bool TryParseManifest(ObjectKey key, [NotNullWhen(true)] out PublishedVersion? version)
    {
        ArgumentNullException.ThrowIfNull(key);
        version = null;
        if (key.Text.Split('/') is not ["models", var name, var number, ArtifactKeys.ManifestFile] ||
            !ModelName.TryParse(name, null, out var model) || !ModelVersion.TryParse(number, null, out var parsed))
            return false;
        version = new PublishedVersion(model, parsed);
        return true;
    }
}

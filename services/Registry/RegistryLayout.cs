using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>
/// Where a version's objects are: the keys of <see cref="ArtifactKeys"/>.
/// </summary>
public static class RegistryLayout
{
    /// <summary>What the keys of all models begin with.</summary>
    public const string Prefix = ArtifactKeys.Prefix;

    /// <summary>The last part of a model's key, and the place of what is wrong with all of it.</summary>
    public const string ModelFile = ArtifactKeys.ModelFile;

    /// <summary>The key of a version's model.</summary>
    public static ObjectKey Model(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Model(model, version));

    /// <summary>The key of a version's manifest.</summary>
    public static ObjectKey Manifest(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Manifest(model, version));

    /// <summary>The key of a version's verdict.</summary>
    public static ObjectKey Verdict(ModelName model, ModelVersion version) => ObjectKey.Parse(ArtifactKeys.Verdict(model, version));

    /// <summary>The version whose manifest <paramref name="key"/> is; false when it is no manifest's key.</summary>
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

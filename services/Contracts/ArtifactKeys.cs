namespace ModelServing.Contracts;

/// <summary>
/// The keys of a version's objects: <c>models/{name}/{version}/model.onnx</c>, and <c>manifest.json</c> beside it, which is stored last
/// and makes the version exist.
/// </summary>
public static class ArtifactKeys
{
    /// <summary>What the keys of all models begin with.</summary>
    public const string Prefix = "models/";

    /// <summary>What the keys of all verdicts begin with.</summary>
    public const string VerdictPrefix = "verdicts/";

    /// <summary>The last part of a manifest's key.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>The key of a version's model.</summary>
    public static string Model(ModelName model, ModelVersion version) => $"{Prefix}{model}/{version}/model.onnx";

    /// <summary>The key of a version's manifest.</summary>
    public static string Manifest(ModelName model, ModelVersion version) => $"{Prefix}{model}/{version}/{ManifestFile}";
}

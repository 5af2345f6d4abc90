namespace ModelServing.Contracts;

/// <summary>
/// The keys of a version's objects: <c>models/{name}/{version}/model.onnx</c>, and <c>manifest.json</c> beside it, which is stored last
/// and makes the version exist. The verdict of its check is elsewhere, because it can be replaced: <c>verdicts/{name}/{version}.json</c>.
/// </summary>
public static class ArtifactKeys
{
    /// <summary>The start of all models' keys.</summary>
    public const string Prefix = "models/";

    /// <summary>The start of all verdicts' keys.</summary>
    public const string VerdictPrefix = "verdicts/";

    /// <summary>The start of the keys of what the prediction log stores in the bucket: exports, and tensors too large for a row. They
    /// expire.</summary>
    public const string DataLakePrefix = "datalake/";

    /// <summary>The start of the keys of what routers leave for each other.</summary>
    public const string RoutersPrefix = DataLakePrefix + "routers/";

    /// <summary>The start of the keys of the event log. Only the feature server stores objects there.</summary>
    public const string EventsPrefix = "events/";

    /// <summary>The start of the keys of old events as Parquet, and of what says how far the event log was compacted.</summary>
    public const string ArchivePrefix = "archive/";

    /// <summary>The start of the keys of feature views' definitions.</summary>
    public const string FeaturesPrefix = "features/";

    /// <summary>The last part of a manifest's key.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>The last part of a model's key.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>The start of the keys of all versions of a model.</summary>
    public static string PrefixOf(ModelName model) => $"{Prefix}{model}/";

    /// <summary>The key of a version's model.</summary>
    public static string Model(ModelName model, ModelVersion version) => $"{Prefix}{model}/{version}/{ModelFile}";

    /// <summary>The key of a version's manifest.</summary>
    public static string Manifest(ModelName model, ModelVersion version) => $"{Prefix}{model}/{version}/{ManifestFile}";

    /// <summary>The key of a version's verdict.</summary>
    public static string Verdict(ModelName model, ModelVersion version) => $"{VerdictPrefix}{model}/{version}.json";

    /// <summary>The key of the definition of a feature view's version.</summary>
    public static string Definition(string view, int version) => $"{FeaturesPrefix}{view}/v{version}/definition.json";
}

namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs exports a part of a training table in a pod of an indexed Job of Kubernetes. The pod's index is the part, and
/// the Job's name is the name of the table. The registry has the rows too.</summary>
public sealed record TrainingJobSettings : FeatureJobSettings
{
    /// <summary>The start of the keys of all tables. Each has a folder of its name, with its rows and its parts.</summary>
    public const string Prefix = ArtifactKeys.DataLakePrefix + "training/";

    /// <summary>The variable with the table's name. It is not among the settings, because it differs with each Job.</summary>
    public const string TableVariable = "MODELSERVING_TABLE";

    /// <summary>The views, each name once.</summary>
    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of parts.</summary>
    public required int Shards { get; init; }

    public override IReadOnlyList<string> Arguments => Sharded("export", Shards, Views);
}

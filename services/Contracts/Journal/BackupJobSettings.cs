namespace ModelServing.Contracts.Journal;

/// <summary>How services/Jobs copies the journal into a bucket, in a pod of a Kubernetes Job.</summary>
public sealed record BackupJobSettings
{
    /// <summary>The job's command.</summary>
    public const string Command = "journal-backup";

    /// <summary>The start of the keys of all copies in a bucket.</summary>
    public const string Prefix = ArtifactKeys.DataLakePrefix + "journal/";

    /// <summary>The variable of the journal's location.</summary>
    public const string JournalVariable = "MODELSERVING_JOURNAL";

    /// <summary>The journal: <see cref="RouterSettings.Journal"/>.</summary>
    public required string Journal { get; init; }

    /// <summary>The bucket, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Bucket { get; init; }

    public required IReadOnlyList<ModelName> Models { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
        [Command, "--to-bucket", Bucket, .. Models.SelectMany(static model => (string[])["--model", model.Text])];

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { [JournalVariable] = Journal };
        Oci.Write(variables);
        return variables;
    }
}

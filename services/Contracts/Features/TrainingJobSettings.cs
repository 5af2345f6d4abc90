using System.Globalization;

namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs exports a part of a training table in a pod of an indexed Job of Kubernetes. The pod's index is the part, and
/// the Job's name is the name of the table.</summary>
public sealed record TrainingJobSettings
{
    /// <summary>The start of the keys of all tables. Each has a folder of its name, with its rows and its parts.</summary>
    public const string Prefix = ArtifactKeys.DataLakePrefix + "training/";

    /// <summary>The variable with the table's name.</summary>
    public const string TableVariable = "MODELSERVING_TABLE";

    /// <summary>The registry with the definitions, the event log and the rows, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>The views, each name once.</summary>
    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of parts.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for rows and events, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "features", "export",
        "--shards", Text(Shards),
        "--memory-mb", Text(MemoryMegabytes),
        .. Views.SelectMany(static view => (string[])["--view", view.ToString()]),
    ];

    /// <summary>The environment variables that give the program its other settings, without the table's name.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [HostEnvironment.NameOf(nameof(Registry))] = Registry,
        };
        Oci.Write(variables);
        return variables;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

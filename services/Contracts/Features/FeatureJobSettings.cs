using System.Globalization;

namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs does a job of the feature store in a pod of a Kubernetes Job.</summary>
public abstract record FeatureJobSettings
{
    /// <summary>The registry with the definitions and the shipped event log, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>The memory for rows and events, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public abstract IReadOnlyList<string> Arguments { get; }

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [HostEnvironment.NameOf(nameof(Registry))] = Registry,
        };
        Oci.Write(variables);
        Write(variables);
        return variables;
    }

    /// <summary>Adds the variables of this job.</summary>
    private protected virtual void Write(IDictionary<string, string> variables)
    {
    }

    /// <summary>The arguments of a job whose pods each do a part of the entities.</summary>
    private protected string[] Sharded(string command, int shards, IReadOnlyList<NamedView> views) =>
    [
        "features", command,
        "--shards", Text(shards),
        "--memory-mb", Text(MemoryMegabytes),
        .. views.SelectMany(static view => (string[])["--view", view.ToString()]),
    ];

    private protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

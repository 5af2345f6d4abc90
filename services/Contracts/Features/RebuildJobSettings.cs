using System.Globalization;

namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs fills views in a pod of an indexed Job of Kubernetes. The pod's index is the part of the entities.</summary>
public sealed record RebuildJobSettings
{
    /// <summary>The registry with the definitions and the shipped event log, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    public required CacheSettings Cache { get; init; }

    /// <summary>The environment's name, which is in the keys of the cache.</summary>
    public required string Environment { get; init; }

    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of parts.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for events, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "features", "rebuild",
        "--shards", Text(Shards),
        "--memory-mb", Text(MemoryMegabytes),
        .. Views.SelectMany(static view => (string[])["--view", view.ToString()]),
    ];

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [HostEnvironment.NameOf(nameof(Registry))] = Registry,
            [HostEnvironment.NameOf(nameof(Environment))] = Environment,
        };
        Cache.Write(variables);
        Oci.Write(variables);
        return variables;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace ModelServing.Contracts.Features;

/// <summary>How services/Jobs compacts the event log in a pod of a Kubernetes Job.</summary>
public sealed record CompactJobSettings
{
    /// <summary>The registry with the shipped event log, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>The days for which segments stay at least.</summary>
    public required int KeepDays { get; init; }

    /// <summary>The memory for events, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
        ["features", "compact", "--keep-days", Text(KeepDays), "--memory-mb", Text(MemoryMegabytes)];

    /// <summary>The environment variables that give the program its other settings.</summary>
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

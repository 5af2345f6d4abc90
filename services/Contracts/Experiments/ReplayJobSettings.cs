using System.Text;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Experiments;

/// <summary>How services/Jobs replays logged requests in a pod of a Kubernetes Job, which prints the report. The Job's name ends with the
/// candidate's version, as in <c>try-fraud-3</c>.</summary>
public sealed record ReplayJobSettings
{
    /// <summary>The job's command.</summary>
    public const string Command = "try";

    /// <summary>The variable with the replay, if no file has it.</summary>
    public const string ReplayVariable = "MODELSERVING_REPLAY";

    /// <summary>The variable with the Job's name. It is not among the settings, because it differs with each Job.</summary>
    public const string JobVariable = "MODELSERVING_JOB";

    private static readonly string RegistryVariable = HostEnvironment.NameOf(nameof(Registry));

    /// <summary>The store: <see cref="PredictionLogSettings.Store"/>.</summary>
    public required string Store { get; init; }

    /// <summary>The registry with the versions, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    public required ReplayDocument Replay { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public static IReadOnlyList<string> Arguments => [Command];

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [PredictionLogSettings.StoreVariable] = Store,
            [RegistryVariable] = Registry,
            [ReplayVariable] = Encoding.UTF8.GetString(Replay.ToUtf8()),
        };
        Oci.Write(variables);
        return variables;
    }
}

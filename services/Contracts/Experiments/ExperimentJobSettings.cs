using System.Globalization;
using System.Text;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Experiments;

/// <summary>How services/Jobs compares the arms of an experiment in a pod of a Kubernetes Job, which prints the report.</summary>
public sealed record ExperimentJobSettings
{
    /// <summary>The job's command.</summary>
    public const string Command = "experiment";

    /// <summary>The variable with the experiment, if no file has it.</summary>
    public const string ExperimentVariable = "MODELSERVING_EXPERIMENT";

    /// <summary>The store: <see cref="PredictionLogSettings.Store"/>.</summary>
    public required string Store { get; init; }

    public required ExperimentDocument Experiment { get; init; }

    /// <summary>The memory for rows, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments => [Command, "--memory-mb", MemoryMegabytes.ToString(CultureInfo.InvariantCulture)];

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [PredictionLogSettings.StoreVariable] = Store,
            [ExperimentVariable] = Encoding.UTF8.GetString(Experiment.ToUtf8()),
        };
        Oci.Write(variables);
        return variables;
    }
}

using System.Globalization;

namespace ModelServing.Contracts.Predictions;

/// <summary>How services/Jobs exports a part of yesterday's predictions into a bucket, in a pod of an indexed Job of Kubernetes. The pod's
/// index is the part.</summary>
public sealed record ExportJobSettings
{
    /// <summary>The job's command.</summary>
    public const string Command = "export";

    /// <summary>The variable in which Kubernetes gives a pod of an indexed Job its index.</summary>
    public const string IndexVariable = "JOB_COMPLETION_INDEX";

    /// <summary>The exit code for a wrong argument or setting. Another run would end in the same way.</summary>
    public const int WrongInput = 2;

    /// <summary>The store: <see cref="PredictionLogSettings.Store"/>.</summary>
    public required string Store { get; init; }

    /// <summary>The bucket, as in <c>oci:NAMESPACE/BUCKET</c>.</summary>
    public required string Bucket { get; init; }

    public required IReadOnlyList<ModelName> Models { get; init; }

    /// <summary>The number of parts of the day.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for rows, in megabytes.</summary>
    public required int MemoryMegabytes { get; init; }

    public required OciSettings Oci { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        Command,
        "--day", "1",
        "--shards", Text(Shards),
        "--memory-mb", Text(MemoryMegabytes),
        "--to-bucket", Bucket,
        .. Models.SelectMany(static model => (string[])["--model", model.Text]),
    ];

    /// <summary>The environment variables that give the program its other settings.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { [PredictionLogSettings.StoreVariable] = Store };
        Oci.Write(variables);
        return variables;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

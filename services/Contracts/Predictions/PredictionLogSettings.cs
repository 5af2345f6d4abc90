using System.Globalization;
using System.Text.Json;

namespace ModelServing.Contracts.Predictions;

/// <summary>How a host writes prediction records: into which spool, and from there into which store.</summary>
public sealed record PredictionLogSettings
{
    /// <summary>The variable of <see cref="Store"/>.</summary>
    public const string StoreVariable = "MODELSERVING_PREDICTIONS";

    /// <summary>The variable of <see cref="HashKey"/>.</summary>
    public const string HashKeyVariable = StoreVariable + "_HASH_KEY";

    /// <summary>The value of <see cref="Sample"/> that records every prediction.</summary>
    public const int WholeSample = PlanDocument.Buckets;

    private const int HashKeyBytes = 32;

    private static readonly HostSetting[] Table =
    [
        HostSetting.Text(nameof(Store), StoreVariable),
        HostSetting.Value(nameof(Spool), "a folder", static text => text, isRequired: true, variable: StoreVariable + "_SPOOL"),
        HostSetting.Value(nameof(Mode), "'process' or 'disk'", ParseMode, WriteMode, variable: StoreVariable + "_MODE"),
        HostSetting.Flag(nameof(RefuseWhenFull), StoreVariable + "_REFUSE_WHEN_FULL"),
        HostSetting.Whole(nameof(SpoolBytes), LeastSpoolBytes, long.MaxValue, StoreVariable + "_SPOOL_BYTES"),
        HostSetting.Whole(nameof(Sample), 0, WholeSample, StoreVariable + "_SAMPLE"),
        HostSetting.Value(nameof(Drop), NamesForm, ParseNames, WriteNames, variable: StoreVariable + "_DROP"),
        HostSetting.Value(nameof(Hash), NamesForm, ParseNames, WriteNames, variable: StoreVariable + "_HASH"),
        HostSetting.Value(
            nameof(HashKey),
            $"{2 * HashKeyBytes} hexadecimal digits",
            static text => text.Length == 2 * HashKeyBytes && text.All(char.IsAsciiHexDigit) ? text : null,
            variable: HashKeyVariable),
        HostSetting.Whole(nameof(RetentionDays), 1, MostRetentionDays, StoreVariable + "_RETENTION_DAYS"),
    ];

    /// <summary>The largest <see cref="RetentionDays"/>.</summary>
    public const int MostRetentionDays = 3650;

    private const string NamesForm = "a JSON list of names";

    /// <summary>The smallest <see cref="SpoolBytes"/>.</summary>
    public const long LeastSpoolBytes = 32 * 1024 * 1024;

    /// <summary>The store: <c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT/TABLE</c>. The table of outcomes has the name
    /// TABLE_outcomes.</summary>
    public required string Store { get; init; }

    /// <summary>The folder of the spools. Each process has a folder of its own in it, and takes over those of processes that have
    /// ended.</summary>
    public required string Spool { get; init; }

    /// <summary>What a record survives once its answer has left.</summary>
    public SpoolMode Mode { get; init; } = SpoolMode.Process;

    /// <summary>Whether a request is refused with 503 if its record does not fit into the spool. By default it is served, and its record is
    /// counted as lost.</summary>
    public bool RefuseWhenFull { get; init; }

    /// <summary>The most bytes of the process's spool. 1 GiB by default.</summary>
    public long SpoolBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>How many of 10,000 predictions are recorded. Failures are always recorded. 10,000 by default.</summary>
    public int Sample { get; init; } = WholeSample;

    /// <summary>The inputs and outputs whose data are not recorded.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>The inputs and outputs of whose data only a keyed hash is recorded.</summary>
    public IReadOnlyList<string> Hash { get; init; } = [];

    /// <summary>The key for hashes, 32 bytes in hexadecimal digits. Without it, no routing key is recorded, and what would be hashed is
    /// dropped.</summary>
    public string? HashKey { get; init; }

    /// <summary>How many days SQLite keeps records and outcomes. 30 by default. A table in the cloud has its own time to live.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>Reads the settings from the environment; null if it names no store.</summary>
    /// <exception cref="ContractException">A variable is wrong; the message names it.</exception>
    public static PredictionLogSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(StoreVariable) is null)
            return null;
        var settings = new PredictionLogSettings { Store = "", Spool = "" };
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings;
    }

    /// <summary>The settings without the key, for logs.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Store} by the spool {Spool} of {SpoolBytes} bytes, mode {WriteMode(Mode)}");

    internal void Write(IDictionary<string, string> variables)
    {
        foreach (var setting in Table)
            setting.Write(this, variables);
    }

    private static object? ParseMode(string text) => text switch
    {
        "process" => SpoolMode.Process,
        "disk" => SpoolMode.Disk,
        _ => null,
    };

    private static string WriteMode(object mode) => (SpoolMode)mode == SpoolMode.Process ? "process" : "disk";

    private static string[]? ParseNames(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ContractsJson.Compact.StringArray) is { } names
                && names.All(static name => name is not null)
                ? names
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? WriteNames(object names) => (IReadOnlyList<string>)names is { Count: > 0 } list
        ? JsonSerializer.Serialize([.. list], ContractsJson.Compact.StringArray)
        : null;
}

namespace ModelServing.Contracts.Features;

/// <summary>How the feature server writes the event log.</summary>
public sealed record EventLogSettings
{
    /// <summary>The variable of <see cref="Folder"/>.</summary>
    public const string FolderVariable = "MODELSERVING_EVENTS";

    /// <summary>The smallest <see cref="MostBytes"/>.</summary>
    public const long LeastBytes = 32 * 1024 * 1024;

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(nameof(Folder), "a folder", static text => text, isRequired: true, variable: FolderVariable),
        HostSetting.Value(nameof(Mode), "'process' or 'disk'", ParseMode, WriteMode, variable: FolderVariable + "_MODE"),
        HostSetting.Whole(nameof(MostBytes), LeastBytes, long.MaxValue, FolderVariable + "_BYTES"),
        HostSetting.Whole(nameof(SealSeconds), 1, 24 * 60 * 60, FolderVariable + "_SEAL_SECONDS"),
    ];

    /// <summary>The folder of the log's segments and of the views' checkpoints.</summary>
    public required string Folder { get; init; }

    /// <summary>What an event survives once it is acknowledged. <see cref="SpoolMode.Process"/> by default.</summary>
    public SpoolMode Mode { get; init; } = SpoolMode.Process;

    /// <summary>The most bytes of segments in the folder. If the object store takes none, events are refused beyond that. 4 GiB by
    /// default.</summary>
    public long MostBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>After this time, a segment is shipped although it has room. 300 s by default.</summary>
    public int SealSeconds { get; init; } = 300;

    /// <summary>Reads the settings from the environment; null if it names no folder.</summary>
    /// <exception cref="ContractException">A variable is wrong; the message names it.</exception>
    public static EventLogSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(FolderVariable) is null)
            return null;
        var settings = new EventLogSettings { Folder = "" };
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings;
    }

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
}

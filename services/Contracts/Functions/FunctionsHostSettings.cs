using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts.Functions;

/// <summary>The settings of the functions' program. Functions of OCI get them from the configuration of the application and of the
/// function, which have at most 4 KB together.</summary>
public sealed record FunctionsHostSettings : HostSettings
{
    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(nameof(Function), $"one of {FunctionNames}", ParseFunction),
        HostSetting.Group(nameof(Listener), FnListener.Read, static (listener, variables) => listener.Write(variables)),
        HostSetting.Text(nameof(Environment)),
        HostSetting.RequiredText(nameof(Journal), "sqlite:PATH or nosql:COMPARTMENT/TABLE"),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Text(nameof(Registry)),
        HostSetting.Text(nameof(Monitoring)),
        HostSetting.Address(nameof(Routers), "the address of the routers for this function, " + HostSetting.AddressForm),
        HostSetting.Text(nameof(SplitKey)),
        HostSetting.Flag(nameof(DryRun)),
        HostSetting.Text(nameof(RunSecret)),
        HostSetting.Group(nameof(AccessLog), AccessLogSettings.Read, static (log, variables) => log.Write(variables)),
        HostSetting.Seconds(nameof(Minute), least: 1),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
    ];

    /// <summary>The function that the program runs; null runs all of them, by plain HTTP and each at its own path.</summary>
    public FunctionName? Function { get; init; }

    /// <summary>Where OCI Functions calls the program, in place of <see cref="HostSettings.AllUrls"/>; null outside OCI
    /// Functions.</summary>
    public FnListener? Listener { get; init; }

    /// <summary>The environment's name, which separates its keys in the cache from others'. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>The journal: <c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT/TABLE</c>.</summary>
    public required string Journal { get; init; }

    /// <summary>The cache to which Inference reports and routers listen; null for none.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The registry: <c>file:FOLDER</c>, or <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>. Null if no function needs it.</summary>
    public string? Registry { get; init; }

    /// <summary>The Monitoring service for metrics and alarms: <c>oci:COMPARTMENT</c>, or the address of a stand-in, as in
    /// <c>http://127.0.0.1:8083</c>. Null if no function needs it.</summary>
    public string? Monitoring { get; init; }

    /// <summary>The address of the routers for TrafficSplitter (<see cref="RouterSettings.SplitUrls"/>). Null if the program is not that
    /// function.</summary>
    public string? Routers { get; init; }

    /// <summary>The key that TrafficSplitter sends to the routers.</summary>
    public string? SplitKey { get; init; }

    /// <summary>Rollback only reports what it would do. Off by default.</summary>
    public bool DryRun { get; init; }

    /// <summary>The secret of the run: by plain HTTP, callers must send it in <see cref="HeaderNames.RunSecret"/>, and the stand-in for
    /// Monitoring gets it. Null in OCI Functions, where the platform authenticates callers.</summary>
    public string? RunSecret { get; init; }

    /// <summary>How calls by plain HTTP are logged in a folder; null logs none. Every call is a line of the log in any case.</summary>
    public AccessLogSettings? AccessLog { get; init; }

    /// <summary>The length of a minute of the metrics. 60 s by default; demonstrations shorten it.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How OCI is called; null if nothing of it is used.</summary>
    public OciSettings? Oci { get; init; }

    public FunctionsHostSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // The table's required rows set the required properties, or throw.
    public FunctionsHostSettings(HostEnvironment environment)
#pragma warning restore CS8618
        : base(environment, Table)
    {
        if (Listener is not null && Function is null)
        {
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(Function))} is not set; where {FnListener.ListenerVariable} " +
                    $"is, it must be one of {FunctionNames}");
        }
    }

    private static string FunctionNames => string.Join(", ", Enum.GetNames<FunctionName>());

    private protected override HostSetting[] Own => Table;

    private static object? ParseFunction(string text) =>
        Enum.TryParse<FunctionName>(text, out var function) && function.ToString() == text ? function : null;
}

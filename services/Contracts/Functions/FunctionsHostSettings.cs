using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts.Functions;

/// <summary>What the functions' program is started with. As functions of OCI they get the same by the application's and the function's
/// configuration, which has 4 KB in all.</summary>
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
        HostSetting.Flag(nameof(DryRun)),
        HostSetting.Seconds(nameof(Minute), least: 1),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
    ];

    /// <summary>Which function this is; null is each of them, by plain HTTP at its own path.</summary>
    public FunctionName? Function { get; init; }

    /// <summary>Where OCI Functions calls the program, in place of <see cref="HostSettings.AllUrls"/>; null outside OCI Functions.</summary>
    public FnListener? Listener { get; init; }

    /// <summary>The environment's name, which keeps its keys in the cache apart from others'. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>The journal: <c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT/TABLE</c>.</summary>
    public required string Journal { get; init; }

    /// <summary>The cache that Inference reports into and routers listen to; null for none.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The registry: <c>file:FOLDER</c>, or <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>. Null where no function needs it.</summary>
    public string? Registry { get; init; }

    /// <summary>Where metrics are posted to and alarms are asked for: <c>oci:COMPARTMENT</c>, or the address of a stand-in for it, as in
    /// <c>http://127.0.0.1:8083</c>. Null where no function needs it.</summary>
    public string? Monitoring { get; init; }

    /// <summary>Rollback says what it would do, and does nothing. Off by default.</summary>
    public bool DryRun { get; init; }

    /// <summary>How long a minute of the metrics lasts. 60 s, but where a demonstration has no time for that.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How OCI is asked; null where nothing of it is.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>Makes settings of defaults.</summary>
    public FunctionsHostSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
    public FunctionsHostSettings(HostEnvironment environment)
        : base(environment, Table)
    {
        if (Listener is not null && Function is null)
        {
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(Function))} is not set; where {FnListener.ListenerVariable} is, it must be one of {FunctionNames}");
        }
    }

    private static string FunctionNames => string.Join(", ", Enum.GetNames<FunctionName>());

    private protected override HostSetting[] Own => Table;

    private static object? ParseFunction(string text) => Enum.TryParse<FunctionName>(text, out var function) && function.ToString() == text ? function : null;
}

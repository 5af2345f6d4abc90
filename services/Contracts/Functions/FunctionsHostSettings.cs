namespace ModelServing.Contracts.Functions;

/// <summary>What the functions' program is started with. As functions of OCI they get the same by the application's and the function's
/// configuration, which has 4 KB in all.</summary>
public sealed record FunctionsHostSettings : HostSettings
{
    private static string FunctionNames => string.Join(", ", Enum.GetNames<FunctionName>());

    /// <summary>Which function this is; null is each of them, by plain HTTP at its own path.</summary>
    public FunctionName? Function { get; init; }

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
    /// <exception cref="ContractException">A variable is missing or has a value that can't be one; the message names it.</exception>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public FunctionsHostSettings(HostEnvironment environment)
        : base(environment)
    {
        Function = environment.Read<FunctionName?>(nameof(Function), null, static s => Enum.TryParse<FunctionName>(s, out var f) && f.ToString() == s ? f : null, $"one of {FunctionNames}");
        Listener = FnListener.Read(environment);
        if (Listener is not null && Function is null)
            throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(Function))} is not set; where {FnListener.ListenerVariable} is, it has to be one of {FunctionNames}");
        Environment = environment.Get(HostEnvironment.NameOf(nameof(Environment))) ?? Environment;
        Journal = environment.Require(nameof(Journal), "sqlite:PATH or nosql:COMPARTMENT/TABLE");
        Cache = CacheSettings.Read(environment);
        Registry = environment.Get(HostEnvironment.NameOf(nameof(Registry)));
        Monitoring = environment.Get(HostEnvironment.NameOf(nameof(Monitoring)));
        DryRun = environment.ReadFlag(nameof(DryRun));
        Minute = environment.ReadMinute(nameof(Minute), Minute);
        Oci = OciSettings.Read(environment);
    }

    /// <inheritdoc/>
    protected override void Write(IDictionary<string, string> variables)
    {
        base.Write(variables);
        if (Function is { } function)
            variables[HostEnvironment.NameOf(nameof(Function))] = function.ToString();
        Listener?.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Environment))] = Environment;
        variables[HostEnvironment.NameOf(nameof(Journal))] = Journal;
        Cache?.Write(variables);
        if (Registry is not null)
            variables[HostEnvironment.NameOf(nameof(Registry))] = Registry;
        if (Monitoring is not null)
            variables[HostEnvironment.NameOf(nameof(Monitoring))] = Monitoring;
        if (DryRun)
            variables[HostEnvironment.NameOf(nameof(DryRun))] = "true";
        variables[HostEnvironment.NameOf(nameof(Minute))] = HostEnvironment.Seconds(Minute);
        Oci?.Write(variables);
    }
}

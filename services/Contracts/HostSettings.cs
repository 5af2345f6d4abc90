using ModelServing.Contracts.Functions;

namespace ModelServing.Contracts;

/// <summary>
/// What every host is started with. A setting is an environment variable <c>MODELSERVING_NAME</c>; who starts a host (infra/,
/// <c>ms up</c>, a test) writes them with <see cref="ToEnvironment"/>, and the host reads them back, so neither spells a name.
/// </summary>
/// <remarks>To add a setting: a property here or on a derived record, one line in its <c>Write</c>, one in its reading constructor.</remarks>
public abstract record HostSettings
{
    /// <summary>What each variable's name begins with.</summary>
    public const string Prefix = "MODELSERVING_";

    /// <summary>The variable of <see cref="Urls"/>: ASP.NET Core's own.</summary>
    public const string UrlsVariable = "ASPNETCORE_URLS";

    /// <summary>The address that the host listens on, as in <c>http://127.0.0.1:8080</c>; port 0 takes any free one.
    /// Several have ';' between them.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>All addresses that the host listens on: <see cref="Urls"/> first.</summary>
    public virtual string AllUrls => Urls;

    /// <summary>Where OCI Functions calls the host, in place of <see cref="AllUrls"/>; null where it does not. Only functions read it.</summary>
    public FnListener? Listener { get; init; }

    /// <summary>The form of the log lines; null is <c>text</c> on a terminal and <c>json</c> elsewhere.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>A file that the host writes the address it listens on into, once it does; for who gave port 0. Null writes none.</summary>
    public string? AddressFile { get; init; }

    /// <summary>Stop, with a drain, when standard input ends, and on nothing else that a terminal sends: the host was started
    /// by a process that holds the other end, so it can't outlive it. Off by default.</summary>
    public bool StopWithParent { get; init; }

    /// <summary>How long the host, asked to stop, still takes requests while it says that it is not ready. 0 by default.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.Zero;

    /// <summary>How long requests in flight may take to end after that. 10 s by default.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Makes settings of defaults.</summary>
    protected HostSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable has a value that can't be one; the message names it.</exception>
    protected HostSettings(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Urls = environment.Get(UrlsVariable) ?? Urls;
        LogFormat = environment.Read<LogFormat?>(nameof(LogFormat), null, static s => s.ToUpperInvariant() switch { "TEXT" => Contracts.LogFormat.Text, "JSON" => Contracts.LogFormat.Json, _ => null }, "'text' or 'json'");
        AddressFile = environment.Get(HostEnvironment.NameOf(nameof(AddressFile)));
        StopWithParent = environment.ReadFlag(nameof(StopWithParent));
        DrainDelay = environment.ReadSeconds(nameof(DrainDelay), DrainDelay);
        DrainTimeout = environment.ReadSeconds(nameof(DrainTimeout), DrainTimeout);
    }

    /// <summary>The environment variables that give these settings to a host.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Write(variables);
        return variables;
    }

    /// <summary>Adds the variables to <paramref name="variables"/>.</summary>
    protected virtual void Write(IDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        variables[UrlsVariable] = Urls;
        if (LogFormat is { } format)
            variables[HostEnvironment.NameOf(nameof(LogFormat))] = format == Contracts.LogFormat.Text ? "text" : "json";
        if (AddressFile is not null)
            variables[HostEnvironment.NameOf(nameof(AddressFile))] = AddressFile;
        if (StopWithParent)
            variables[HostEnvironment.NameOf(nameof(StopWithParent))] = "true";
        variables[HostEnvironment.NameOf(nameof(DrainDelay))] = HostEnvironment.Seconds(DrainDelay);
        variables[HostEnvironment.NameOf(nameof(DrainTimeout))] = HostEnvironment.Seconds(DrainTimeout);
    }
}

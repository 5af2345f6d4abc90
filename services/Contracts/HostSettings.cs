namespace ModelServing.Contracts;

/// <summary>
/// The settings of every host. Each is an environment variable <c>MODELSERVING_NAME</c>. Whatever starts a host (infra/, <c>ms up</c>, a
/// test) writes the variables with <see cref="ToEnvironment"/>, and the host reads them back, so neither spells a name.
/// </summary>
/// <remarks>To add a setting: add a property with its default, and a row in the table of the same record. The table derives the variable's
/// name from the property, reads it and writes it.</remarks>
public abstract record HostSettings
{
    /// <summary>The start of each variable's name.</summary>
    public const string Prefix = "MODELSERVING_";

    /// <summary>The variable of <see cref="OtlpEndpoint"/>: OpenTelemetry's own.</summary>
    public const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string OtlpForm = "an address as in http://127.0.0.1:4317";

    /// <summary>The variable of <see cref="Urls"/>: ASP.NET Core's own.</summary>
    public const string UrlsVariable = "ASPNETCORE_URLS";

    private static readonly HostSetting[] Shared =
    [
        HostSetting.Text(nameof(Urls), UrlsVariable),
        HostSetting.Value(nameof(LogFormat), "'text' or 'json'", ParseLogFormat, WriteLogFormat),
        HostSetting.Text(nameof(AddressFile)),
        HostSetting.Flag(nameof(StopWithParent)),
        HostSetting.Flag(nameof(LoopbackHostsOnly)),
        HostSetting.Seconds(nameof(DrainDelay)),
        HostSetting.Seconds(nameof(DrainTimeout)),
        HostSetting.Whole(nameof(MaxConnections), 1, int.MaxValue),
        HostSetting.Value(nameof(OtlpEndpoint), OtlpForm, static text => IsOtlp(text) ? text : null, variable: OtlpVariable),
    ];

    /// <summary>The address that the host listens on, as in <c>http://127.0.0.1:8080</c>; port 0 takes any free one. Several addresses are
    /// separated by ';'.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>All addresses on which the host speaks HTTP/1.1: <see cref="Urls"/> first.</summary>
    public virtual string AllUrls => Urls;

    /// <summary>The addresses on which it speaks HTTP/2; null for none. Without TLS, an address can't have both.</summary>
    public virtual string? Http2Urls => null;

    /// <summary>The form of the log lines; null is <c>text</c> on a terminal and <c>json</c> elsewhere.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>A file to which the host writes its address once it listens; for callers that bind to port 0. Null writes none.</summary>
    public string? AddressFile { get; init; }

    /// <summary>Drain and stop when standard input ends, and ignore the signals of a terminal. The process that started the host holds the
    /// other end, so the host cannot outlive it. Off by default.</summary>
    public bool StopWithParent { get; init; }

    /// <summary>Refuse requests whose Host is not a loopback name or address, for a host that listens on a loopback address only. Off by
    /// default: elsewhere the Host is whatever the sender's address for this host is.</summary>
    public bool LoopbackHostsOnly { get; init; }

    /// <summary>How long a stopping host still accepts requests while it reports that it is not ready. 0 by default.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.Zero;

    /// <summary>How long requests in flight may take to finish after that. 10 s by default.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections of clients may be open. Null, the default, derives it from the limits of the process's file handles
    /// and memory.</summary>
    public long? MaxConnections { get; init; }

    /// <summary>The OpenTelemetry collector that gets traces and metrics by OTLP, as in <c>http://127.0.0.1:4317</c>. Null, the default,
    /// sends none. OpenTelemetry's other variables, <c>OTEL_...</c>, are honoured too.</summary>
    public string? OtlpEndpoint { get; init; }

    protected HostSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <param name="own">The table of the derived record.</param>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    private protected HostSettings(HostEnvironment environment, HostSetting[] own)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (var setting in (HostSetting[])[.. Shared, .. own])
            setting.Read(environment, this);
    }

    /// <summary>The rows of all settings.</summary>
    internal IReadOnlyList<HostSetting> All => [.. Shared, .. Own];

    /// <summary>The table of the derived record.</summary>
    private protected virtual HostSetting[] Own => [];

    /// <summary>The environment variables that give these settings to a host.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in All)
            setting.Write(this, variables);
        return variables;
    }

    private static bool IsOtlp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https");

    private static object? ParseLogFormat(string text) => text.ToUpperInvariant() switch
    {
        "TEXT" => Contracts.LogFormat.Text,
        "JSON" => Contracts.LogFormat.Json,
        _ => null,
    };

    private static string WriteLogFormat(object format) => (LogFormat)format == Contracts.LogFormat.Text ? "text" : "json";
}

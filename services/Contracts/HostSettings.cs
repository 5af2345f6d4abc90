using System.Globalization;

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

/// <summary>The form of a host's log lines.</summary>
public enum LogFormat
{
    /// <summary>For a person at a terminal.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>What the router is started with.</summary>
public sealed record RouterSettings : HostSettings
{
    /// <summary>Where the plan is: <c>file:PATH</c>, or <c>kubernetes:NAMESPACE/NAME</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>Where the versions answer: <c>file:PATH</c>, or <c>dns:{model}-v{version}.NAMESPACE.svc:PORT</c>.</summary>
    public required string Endpoints { get; init; }

    /// <summary>The journal: <c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT/TABLE</c>. Null for none: what is rolled back is forgotten when
    /// the process ends.</summary>
    public string? Journal { get; init; }

    /// <summary>The file in which the router keeps what it last knew of the journal; null keeps none.</summary>
    public string? JournalSnapshot { get; init; }

    /// <summary>The cache by which routers tell each other what they count and decide; null for none.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The environment's name, which keeps its routers apart from others that use the same cache. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>How many routers there are at the most; their guards share what may be a false alarm. 1 by default.</summary>
    public int RoutersMax { get; init; } = 1;

    /// <summary>The guard counts, and condemns nothing: for who wants to see alarms do it. Off by default.</summary>
    public bool GuardOff { get; init; }

    /// <summary>The address of the admin API, of the same form as <see cref="HostSettings.Urls"/> and another port; null for no admin API.</summary>
    public string? AdminUrls { get; init; }

    /// <summary>A file that the router writes the address of the admin API into; for who gave port 0. Null writes none.</summary>
    public string? AdminAddressFile { get; init; }

    /// <summary>How OCI is asked; null where nothing of it is, as with <c>sqlite:PATH</c>.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>Where it stands who may ask: <c>file:PATH</c> (<see cref="ClientsDocument"/>). Null, the default, lets everybody in as a
    /// caller without a limit, and nobody as more.</summary>
    public string? Clients { get; init; }

    /// <summary>The largest body of a request that is forwarded, in bytes. 64 MiB by default.</summary>
    public long MaxRequestBytes { get; init; } = 64 * 1024 * 1024;

    /// <inheritdoc/>
    public override string AllUrls => AdminUrls is null ? Urls : $"{Urls};{AdminUrls}";

    /// <summary>Makes settings of defaults.</summary>
    public RouterSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or has a value that can't be one; the message names it.</exception>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public RouterSettings(HostEnvironment environment)
        : base(environment)
    {
        Plan = environment.Require(nameof(Plan), "file:PATH or kubernetes:NAMESPACE/NAME");
        Endpoints = environment.Require(nameof(Endpoints), "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT");
        Journal = environment.Get(HostEnvironment.NameOf(nameof(Journal)));
        JournalSnapshot = environment.Get(HostEnvironment.NameOf(nameof(JournalSnapshot)));
        Cache = CacheSettings.Read(environment);
        Environment = environment.Get(HostEnvironment.NameOf(nameof(Environment))) ?? Environment;
        RoutersMax = (int)environment.ReadWhole(nameof(RoutersMax), RoutersMax, 1, 10_000);
        GuardOff = environment.ReadFlag(nameof(GuardOff));
        AdminUrls = environment.Get(HostEnvironment.NameOf(nameof(AdminUrls)));
        AdminAddressFile = environment.Get(HostEnvironment.NameOf(nameof(AdminAddressFile)));
        Oci = OciSettings.Read(environment);
        Clients = environment.Get(HostEnvironment.NameOf(nameof(Clients)));
        MaxRequestBytes = environment.ReadWhole(nameof(MaxRequestBytes), MaxRequestBytes, 1, long.MaxValue);
    }

    /// <inheritdoc/>
    protected override void Write(IDictionary<string, string> variables)
    {
        base.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Plan))] = Plan;
        variables[HostEnvironment.NameOf(nameof(Endpoints))] = Endpoints;
        if (Journal is not null)
            variables[HostEnvironment.NameOf(nameof(Journal))] = Journal;
        if (JournalSnapshot is not null)
            variables[HostEnvironment.NameOf(nameof(JournalSnapshot))] = JournalSnapshot;
        Cache?.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Environment))] = Environment;
        variables[HostEnvironment.NameOf(nameof(RoutersMax))] = RoutersMax.ToString(CultureInfo.InvariantCulture);
        if (GuardOff)
            variables[HostEnvironment.NameOf(nameof(GuardOff))] = "true";
        if (AdminUrls is not null)
            variables[HostEnvironment.NameOf(nameof(AdminUrls))] = AdminUrls;
        if (AdminAddressFile is not null)
            variables[HostEnvironment.NameOf(nameof(AdminAddressFile))] = AdminAddressFile;
        Oci?.Write(variables);
        if (Clients is not null)
            variables[HostEnvironment.NameOf(nameof(Clients))] = Clients;
        variables[HostEnvironment.NameOf(nameof(MaxRequestBytes))] = MaxRequestBytes.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>What an inference service is started with: it serves one version of one model.</summary>
public sealed record InferenceSettings : HostSettings
{
    private const long MostModelBytes = 3L * 1024 * 1024 * 1024 / 2;

    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The registry: <c>file:FOLDER</c>, or <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>How OCI is asked; null where nothing of it is, as with <c>file:FOLDER</c>.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>How many calls of the model run at a time; 0, the default, is the number of processors.</summary>
    public int Concurrency { get; init; }

    /// <summary>How many threads one call of the model may use. 1 by default: small models lose more than they gain by more.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How many requests may wait for their turn at the model before further ones are answered 503. 1024 by default.</summary>
    public int QueueLimit { get; init; } = 1024;

    /// <summary>The largest body of a request, in bytes. 64 MiB by default.</summary>
    public long MaxRequestBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The cache that the service reports its counts into, for ModelMetrics; null for none: it reports to nobody.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The environment's name, which keeps its counts apart from others' in the same cache. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>How long a minute of the counts lasts, the same as that of <see cref="FunctionsSettings.Minute"/>. 60 s by default; a
    /// sixth of it is how often the service reports.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest model that is loaded, in bytes; a larger one is refused. 1.5 GiB, more than which none may have, by default.</summary>
    public long MaxModelBytes { get; init; } = MostModelBytes;

    /// <summary>Makes settings of defaults.</summary>
    public InferenceSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or has a value that can't be one; the message names it.</exception>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public InferenceSettings(HostEnvironment environment)
        : base(environment)
    {
        var model = environment.Require(nameof(Model), "a model's name");
        Model = ModelName.TryParse(model, null, out var name) ? name : throw HostEnvironment.Wrong(nameof(Model), model, $"a model's name: {ModelName.Form}");
        var version = environment.Require(nameof(Version), "a version");
        Version = ModelVersion.TryParse(version, null, out var v) ? v : throw HostEnvironment.Wrong(nameof(Version), version, ModelVersion.Form);
        Registry = environment.Require(nameof(Registry), "file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET");
        Oci = OciSettings.Read(environment);
        Concurrency = (int)environment.ReadWhole(nameof(Concurrency), Concurrency, 0, 1024);
        Threads = (int)environment.ReadWhole(nameof(Threads), Threads, 1, 1024);
        QueueLimit = (int)environment.ReadWhole(nameof(QueueLimit), QueueLimit, 0, 1_000_000);
        MaxRequestBytes = environment.ReadWhole(nameof(MaxRequestBytes), MaxRequestBytes, 1, int.MaxValue);
        Cache = CacheSettings.Read(environment);
        Environment = environment.Get(HostEnvironment.NameOf(nameof(Environment))) ?? Environment;
        Minute = environment.ReadMinute(nameof(Minute), Minute);
        MaxModelBytes = environment.ReadWhole(nameof(MaxModelBytes), MaxModelBytes, 1, MostModelBytes);
    }

    /// <inheritdoc/>
    protected override void Write(IDictionary<string, string> variables)
    {
        base.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Model))] = Model.Text;
        variables[HostEnvironment.NameOf(nameof(Version))] = Version.ToString();
        variables[HostEnvironment.NameOf(nameof(Registry))] = Registry;
        Oci?.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Concurrency))] = Concurrency.ToString(CultureInfo.InvariantCulture);
        variables[HostEnvironment.NameOf(nameof(Threads))] = Threads.ToString(CultureInfo.InvariantCulture);
        variables[HostEnvironment.NameOf(nameof(QueueLimit))] = QueueLimit.ToString(CultureInfo.InvariantCulture);
        variables[HostEnvironment.NameOf(nameof(MaxRequestBytes))] = MaxRequestBytes.ToString(CultureInfo.InvariantCulture);
        Cache?.Write(variables);
        variables[HostEnvironment.NameOf(nameof(Environment))] = Environment;
        variables[HostEnvironment.NameOf(nameof(Minute))] = HostEnvironment.Seconds(Minute);
        variables[HostEnvironment.NameOf(nameof(MaxModelBytes))] = MaxModelBytes.ToString(CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace ModelServing.Contracts;

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

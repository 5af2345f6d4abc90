using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts;

/// <summary>What the router is started with.</summary>
public sealed record RouterSettings : HostSettings
{
    private static readonly HostSetting[] Table =
    [
        HostSetting.RequiredText(nameof(Plan), "file:PATH or kubernetes:NAMESPACE/NAME"),
        HostSetting.RequiredText(nameof(Endpoints), "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT"),
        HostSetting.Text(nameof(Journal)),
        HostSetting.Text(nameof(JournalSnapshot)),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Text(nameof(Environment)),
        HostSetting.Whole(nameof(RoutersMax), 1, 10_000),
        HostSetting.Flag(nameof(GuardOff)),
        HostSetting.Text(nameof(AdminUrls)),
        HostSetting.Text(nameof(AdminAddressFile)),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
        HostSetting.Text(nameof(Clients)),
        HostSetting.Whole(nameof(MaxRequestBytes), 1, long.MaxValue),
    ];

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
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
    public RouterSettings(HostEnvironment environment)
        : base(environment, Table)
    {
    }

    private protected override HostSetting[] Own => Table;
}

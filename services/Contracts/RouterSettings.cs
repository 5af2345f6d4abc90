using System.Diagnostics.CodeAnalysis;
using System.Net;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts;

/// <summary>The router's settings.</summary>
public sealed record RouterSettings : HostSettings
{
    private static readonly HostSetting[] Table =
    [
        HostSetting.RequiredText(nameof(Plan), "file:PATH or kubernetes:NAMESPACE/NAME"),
        HostSetting.RequiredText(nameof(Endpoints), "file:PATH or dns:{model}-v{version}.NAMESPACE.svc:PORT"),
        HostSetting.Text(nameof(Journal)),
        HostSetting.Text(nameof(JournalSnapshot)),
        HostSetting.Text(nameof(JournalBucket)),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Group(
            nameof(Predictions), PredictionLogSettings.Read, static (predictions, variables) => predictions.Write(variables)),
        HostSetting.Group(nameof(AccessLog), AccessLogSettings.Read, static (log, variables) => log.Write(variables)),
        HostSetting.Text(nameof(Environment)),
        HostSetting.Whole(nameof(RoutersMax), 1, 10_000),
        HostSetting.Flag(nameof(GuardOff)),
        HostSetting.Text(nameof(AdminUrls)),
        HostSetting.Text(nameof(AdminAddressFile)),
        HostSetting.Text(nameof(GrpcUrls)),
        HostSetting.Text(nameof(SplitUrls)),
        HostSetting.Text(nameof(SplitKey)),
        HostSetting.Text(nameof(SplitSources)),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
        HostSetting.Text(nameof(Clients)),
        HostSetting.Whole(nameof(MaxRequestBytes), 1, long.MaxValue),
        HostSetting.Whole(nameof(BudgetBytes), 1, long.MaxValue),
    ];

    /// <summary>The source of the plan: <c>file:PATH</c>, or <c>kubernetes:NAMESPACE/NAME</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>The source of the versions' addresses: <c>file:PATH</c>, or <c>dns:{model}-v{version}.NAMESPACE.svc:PORT</c>.</summary>
    public required string Endpoints { get; init; }

    /// <summary>The journal: <c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT/TABLE</c>. Null for none: then a rollback is forgotten when the
    /// process ends.</summary>
    public string? Journal { get; init; }

    /// <summary>The file for a snapshot of what the router knows of the journal; null for none.</summary>
    public string? JournalSnapshot { get; init; }

    /// <summary>Where routers leave such snapshots for each other: <c>oci:NAMESPACE/BUCKET</c>, or <c>file:FOLDER</c>. A router that
    /// starts takes the newest, and reads only what changed since. Null for none: then it reads the journal of each model.</summary>
    public string? JournalBucket { get; init; }

    /// <summary>The cache through which routers exchange their counts and announce rollbacks; null for none.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>How the router reads predictions, stores outcomes, and logs attempts without an answer; null for no prediction
    /// log.</summary>
    public PredictionLogSettings? Predictions { get; init; }

    /// <summary>How the host logs the requests that it answered; null logs none.</summary>
    public AccessLogSettings? AccessLog { get; init; }

    /// <summary>The environment's name, which separates its routers from others in the same cache. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>The largest number of routers; their guards share the allowed rate of false alarms. 1 by default.</summary>
    public int RoutersMax { get; init; } = 1;

    /// <summary>The guard counts but never condemns; useful to watch the alarm path. Off by default.</summary>
    public bool GuardOff { get; init; }

    /// <summary>The address of the admin API, in the form of <see cref="HostSettings.Urls"/> and with another port; null for no admin
    /// API.</summary>
    public string? AdminUrls { get; init; }

    /// <summary>A file to which the router writes the address of the admin API; for callers that bind to port 0. Null writes
    /// none.</summary>
    public string? AdminAddressFile { get; init; }

    /// <summary>The address for gRPC, in the form of <see cref="HostSettings.Urls"/> and with another port; null, the default, for no
    /// gRPC.</summary>
    public string? GrpcUrls { get; init; }

    /// <summary>The address for the function TrafficSplitter, in the form of <see cref="HostSettings.Urls"/> and with another port; null if
    /// no function splits traffic.</summary>
    public string? SplitUrls { get; init; }

    /// <summary>The key that the function sends. Required with <see cref="SplitUrls"/>.</summary>
    public string? SplitKey { get; init; }

    /// <summary>The addresses from which the function calls, as in <c>10.0.3.0/24</c>. A connection to <see cref="SplitUrls"/> from another
    /// address is closed at once. Null, the default, for any address.</summary>
    public string? SplitSources { get; init; }

    /// <summary>How OCI is called; null if nothing of it is used, as with <c>sqlite:PATH</c>.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>The source of the clients document: <c>file:PATH</c> (<see cref="ClientsDocument"/>). With null, the default, every client
    /// is a caller without a rate limit.</summary>
    public string? Clients { get; init; }

    /// <summary>The largest body of a forwarded request, in bytes. By default the API Gateway's limit,
    /// <see cref="BodyLimits.Gateway"/>.</summary>
    public long MaxRequestBytes { get; init; } = BodyLimits.Gateway;

    /// <summary>How many bytes the requests in flight may use together; more are answered with 503. Null, the default, derives it from the
    /// container's memory limit.</summary>
    public long? BudgetBytes { get; init; }

    public override string AllUrls => string.Join(';', ((string?[])[Urls, SplitUrls, AdminUrls]).OfType<string>());

    public override string? Http2Urls => GrpcUrls;

    public RouterSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // The table's required rows set the required properties, or throw.
    public RouterSettings(HostEnvironment environment)
#pragma warning restore CS8618
        : base(environment, Table)
    {
        if (SplitUrls is not null && SplitKey is null)
            throw HostEnvironment.Missing(HostEnvironment.NameOf(nameof(SplitKey)), "the key of the function TrafficSplitter");
        if (SplitSources is not null && !IPNetwork.TryParse(SplitSources, out _))
        {
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(SplitSources))} is '{SplitSources}'; it must be a range of "
                + "addresses as in 10.0.3.0/24");
        }
    }

    private protected override HostSetting[] Own => Table;
}

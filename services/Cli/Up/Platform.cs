using ModelServing.Cli.Demo;
using ModelServing.Cli.Up.Functions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings.Clients;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>The platform on this machine: the versions that the plan names, the router before them, and the functions beside them.</summary>
/// <remarks>
/// A plan is applied in an order in which no request can meet a version that is not there:
/// <code>
/// 1 versions    those that are newly named are started; all of them are ready, so endpoints too
/// 2 plan        written; the router takes it within a fraction of a second
/// 3 leaving     versions that are no longer named: out of the endpoints a second later, stopped another second later
/// </code>
/// </remarks>
internal sealed class Platform : IAsyncDisposable
{
    /// <summary>How long a host may take to end what is in flight, before it is killed: its own drain, and some time to wake up.</summary>
    internal static readonly TimeSpan Patience = new RouterSettings { Plan = "", Endpoints = "" }.DrainTimeout + TimeSpan.FromSeconds(5);

    private readonly HostPrograms programs;
    private readonly int maxRequestBytes;
    private readonly string runFolder;
    private readonly HostLog log;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly PlatformFiles files;
    private readonly VersionHosts versions;
    private readonly CancellationToken kill;
    private readonly string registry;
    private readonly PlatformPace pace;
    private readonly HostedFunctions functions;
    private HostedCache? cache;
    private SupervisedHost? router;

    /// <summary>Makes a platform of which nothing runs yet.</summary>
    /// <param name="programs">The hosts' programs.</param>
    /// <param name="stateFolder">Where its files are.</param>
    /// <param name="registry">The registry, as hosts are told: <c>file:FOLDER</c>.</param>
    /// <param name="maxRequestBytes">The largest body of a request in bytes.</param>
    /// <param name="terminal">Where is said what happens.</param>
    /// <param name="pace">How long its minutes last, and whether its guard condemns.</param>
    /// <param name="time">The clock.</param>
    /// <param name="kill">Ends the hosts at once while the platform stops.</param>
    internal Platform(HostPrograms programs, string stateFolder, string registry, int maxRequestBytes, Terminal terminal, PlatformPace pace, TimeProvider time, CancellationToken kill)
    {
        this.programs = programs;
        this.registry = registry;
        this.maxRequestBytes = maxRequestBytes;
        this.terminal = terminal;
        this.pace = pace;
        this.time = time;
        this.kill = kill;
        runFolder = Path.Combine(stateFolder, "run");
        log = new HostLog(terminal);
        files = new PlatformFiles(stateFolder, terminal);
        versions = new VersionHosts(programs.Inference, SettingsOf, runFolder, files, log, terminal, time);
        functions = new HostedFunctions(pace.Minute, terminal, time);
    }

    /// <summary>The plan that is applied.</summary>
    internal PlanDocument Plan { get; private set; } = new() { Schema = PlanDocument.CurrentSchema, Rollouts = [] };

    /// <summary>Who may ask beside the operator of this machine; everybody unless <see cref="ApplyClients"/> says otherwise.</summary>
    internal ClientsDocument Clients { get; private set; } = new() { Schema = ClientsDocument.CurrentSchema, Anonymous = true, Clients = [] };

    /// <summary>The key of the operator of this machine: another one for each run.</summary>
    internal string OperatorKey { get; } = ApiKey.Make();

    /// <summary>The file that holds it.</summary>
    internal string OperatorKeyPath => files.OperatorKeyPath;

    /// <summary>Where the API is.</summary>
    internal Uri Api { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Where the router's admin API is.</summary>
    /// <exception cref="HostFailedException">The router has not said so.</exception>
    internal Uri Admin => File.Exists(files.AdminAddressPath) && Uri.TryCreate(File.ReadAllText(files.AdminAddressPath), UriKind.Absolute, out var admin)
        ? admin
        : throw new HostFailedException($"the router has not written the address of its admin API into {files.AdminAddressPath}");

    /// <summary>The functions.</summary>
    internal HostedFunctions Functions => functions;

    /// <summary>How long its minutes last, and whether its guard condemns.</summary>
    internal PlatformPace Pace => pace;

    /// <summary>Puts a proxy before a version, and waits until the router goes by it.</summary>
    internal Task InterposeAsync(ModelName model, ModelVersion version, FaultProxy proxy, CancellationToken cancellation)
    {
        files.Divert(entry =>
        {
            if (entry.Model != model || entry.Version != version)
                return entry;
            proxy.Target = entry.Address;
            return entry with { Address = proxy.Address };
        });
        return Task.Delay(VersionHosts.Propagation, time, cancellation);
    }

    /// <summary>Takes away what was put before a version.</summary>
    internal void RemoveProxy() => files.Divert(static entry => entry);

    /// <summary>Says who may ask; the router takes it within a fraction of a second.</summary>
    internal void ApplyClients(ClientsDocument clients)
    {
        files.WriteClients(clients.WithOperatorOfThisMachine(ApiKey.HashOf(OperatorKey)));
        Clients = clients;
    }

    /// <summary>Starts the cache, all that the plan names, the router, and the functions.</summary>
    /// <exception cref="HostFailedException">Something could not be brought up.</exception>
    internal async Task StartAsync(PlanDocument plan, ApiPort port, CancellationToken cancellation)
    {
        // Whatever an earlier run left behind is of no use, and a killed one leaves address files.
        if (Directory.Exists(runFolder))
            Directory.Delete(runFolder, recursive: true);
        Directory.CreateDirectory(runFolder);
        files.WriteOperatorKey(OperatorKey);
        ApplyClients(Clients);
        cache = HostedCache.Start();
        await versions.StartAsync(NamedBy(plan), cancellation);
        files.WriteEndpoints();
        files.WritePlan(plan);
        Plan = plan;
        while (!await TryStartRouterAsync(port, cancellation))
        {
            var next = port.Next();
            terminal.Say($"[yellow]Port {port.Number} was taken meanwhile; trying {next.Number}[/]");
            port = next;
        }

        await functions.StartAsync(
            new FunctionsHostSettings { Journal = HostSources.Sqlite(files.JournalPath), Cache = cache.Settings, Registry = registry, Urls = "http://127.0.0.1:0" },
            (settings, changed) => new SupervisedHost("functions", programs.Functions, settings, runFolder, log, terminal, time, changed, onlyFaults: true),
            cancellation);
    }

    /// <summary>Goes over to another plan; when that can't be done, the old one stays as it is.</summary>
    /// <exception cref="HostFailedException">A version that is newly named could not be brought up.</exception>
    internal async Task ApplyAsync(PlanDocument plan, CancellationToken cancellation)
    {
        try
        {
            await versions.StartAsync(NamedBy(plan), cancellation);
            files.WritePlan(plan);
            Plan = plan;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            versions.KeepOnly(NamedBy(Plan));
            throw;
        }

        versions.KeepOnly(NamedBy(plan));
    }

    /// <summary>Stops the functions and the router first, so that no request meets a version that is gone, then the versions, then the cache.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(functions.StopAsync(Patience, kill), router?.StopAsync(Patience, kill) ?? Task.CompletedTask);
        await versions.StopAsync(Patience, kill);
        await functions.DisposeAsync();
        cache?.Dispose();
    }

    /// <summary>False when the port was taken since it was chosen, and another one will do.</summary>
    private async Task<bool> TryStartRouterAsync(ApiPort port, CancellationToken cancellation)
    {
        Api = new Uri($"http://127.0.0.1:{port.Number}/");
        var settings = new RouterSettings
        {
            Plan = HostSources.File(files.PlanPath),
            Endpoints = HostSources.File(files.EndpointsPath),
            Clients = HostSources.File(files.ClientsPath),
            Journal = HostSources.Sqlite(files.JournalPath),
            JournalSnapshot = files.SnapshotPath,
            Cache = cache?.Settings,
            GuardOff = pace.GuardOff,
            AdminUrls = "http://127.0.0.1:0",
            AdminAddressFile = files.AdminAddressPath,
            MaxRequestBytes = maxRequestBytes,
            Urls = Api.GetLeftPart(UriPartial.Authority),
        };
        router = new SupervisedHost("router", programs.Router, settings, runFolder, log, terminal, time, static _ => { });
        try
        {
            await router.Ready.WaitAsync(cancellation);
            return true;
        }
        catch (HostFailedException e) when (e.Exit?.Code == ServiceHost.NoAddress && !port.Given)
        {
            return false;
        }
        catch (HostFailedException e) when (e.Exit?.Code == ServiceHost.NoAddress)
        {
            throw new CommandException(ExitCode.PortTaken, e.Message);
        }
    }

    private InferenceSettings SettingsOf(PublishedVersion version) => new()
    {
        Model = version.Model,
        Version = version.Version,
        Registry = registry,
        Cache = cache?.Settings,
        Minute = pace.Minute,
        MaxRequestBytes = maxRequestBytes,
        Urls = "http://127.0.0.1:0",
    };

    private static HashSet<PublishedVersion> NamedBy(PlanDocument plan) =>
        [.. plan.Rollouts.SelectMany(static pair => pair.Value.Versions.Select(version => new PublishedVersion(pair.Key, version)))];
}

using ModelServing.Cli.Demo;
using ModelServing.Cli.Features;
using ModelServing.Cli.Up.Functions;
using ModelServing.Cli.Up.Gateway;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>The platform on this machine: the versions that the plan names, the router in front of them, and the functions.</summary>
/// <remarks>
/// Models are applied in an order in which no request reaches a version that does not run:
/// <code>
/// 1 versions    newly named versions are started; once they are ready, they are endpoints. Those that are ready don't wait for one
///               that takes long
/// 2 plan        is made, without what is not ready (<see cref="ServableModels"/>), and written; the router applies it within a fraction
///               of a second
/// 3 leaving     versions that are no longer named leave the endpoints a second later, and stop after another second
/// </code>
/// </remarks>
internal sealed class Platform : IAsyncDisposable
{
    /// <summary>How long a host may take to stop before it is killed: its own drain time plus some time to wake up.</summary>
    internal static readonly TimeSpan StopTimeout = new RouterSettings { Plan = "", Endpoints = "" }.DrainTimeout + TimeSpan.FromSeconds(5);

    private readonly HostPrograms programs;
    private readonly PlatformSettings settings;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly CancellationToken kill;
    private readonly HostSupervision supervision;
    private readonly PlatformFiles files;
    private readonly VersionHosts versions;
    private readonly PlatformPredictions predictions;
    private readonly ServableModels servable = new();
    private List<string> said = [];
    private HostedCache? cache;
    private ApiHost? router;
    private LocalSplitting? splitting;
    private FeatureHost? features;

    /// <summary>Makes a platform of which nothing runs yet.</summary>
    /// <param name="programs">The hosts' programs.</param>
    /// <param name="settings">The platform's settings.</param>
    /// <param name="terminal">Where events are printed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="kill">Kills the hosts while the platform stops.</param>
    internal Platform(HostPrograms programs, PlatformSettings settings, Terminal terminal, TimeProvider time, CancellationToken kill)
    {
        this.programs = programs;
        this.settings = settings;
        this.terminal = terminal;
        this.time = time;
        this.kill = kill;
        supervision = new HostSupervision(Path.Combine(settings.StateFolder, "run"), new HostLog(terminal), terminal, time);
        files = new PlatformFiles(settings.StateFolder, terminal);
        predictions = new PlatformPredictions(settings);
        versions = new VersionHosts(
            programs.Inference, new InferenceHostSettings(settings, predictions, () => cache?.Settings), files, supervision);
        Functions = new HostedFunctions(settings.Pace.Minute, terminal, time);
    }

    /// <summary>The plan in force.</summary>
    internal PlanDocument Plan { get; private set; } = new() { Schema = PlanDocument.CurrentSchema, Rollouts = [] };

    /// <summary>The models that were applied last.</summary>
    internal IReadOnlyDictionary<ModelName, ModelSettings> Models { get; private set; } = new Dictionary<ModelName, ModelSettings>();

    /// <summary>The clients beside the operator of this machine; without <see cref="ApplyClients"/>, anyone is a caller.</summary>
    internal ClientsDocument Clients { get; private set; } = new()
    {
        Schema = ClientsDocument.CurrentSchema,
        Anonymous = true,
        Clients = [],
    };

    /// <summary>The key of this machine's operator, which is new in each run.</summary>
    internal string OperatorKey { get; } = ApiKey.Make();

    /// <summary>The file of the prediction log; null if nothing is recorded.</summary>
    internal string? PredictionLog => predictions.OfRouter is null ? null : PlatformFiles.PredictionsIn(settings.StateFolder);

    internal string OperatorKeyPath => files.OperatorKeyPath;

    /// <summary>The addresses of the API, by HTTP and by gRPC.</summary>
    internal Uri Api => router?.Address ?? new("http://127.0.0.1/");
    internal Uri Grpc => router?.Grpc ?? new("http://127.0.0.1/");

    /// <summary>The address of the router's admin API.</summary>
    /// <exception cref="HostFailedException">The router has not written it.</exception>
    internal Uri Admin =>
        File.Exists(files.AdminAddressPath) && Uri.TryCreate(File.ReadAllText(files.AdminAddressPath), UriKind.Absolute, out var admin)
        ? admin
        : throw new HostFailedException($"the router has not written the address of its admin API into {files.AdminAddressPath}");

    internal HostedFunctions Functions { get; }

    /// <summary>Makes a client of the feature server, with the operator's key.</summary>
    /// <exception cref="CommandException">The feature server does not run at the moment.</exception>
    internal FeatureClient OpenFeatures() => FeatureHost.AddressIn(settings.StateFolder) is { } address
        ? new FeatureClient(address, OperatorKey)
        : throw new CommandException(ExitCode.Failed, "the feature server does not run");

    internal PlatformPace Pace => settings.Pace;

    /// <summary>Puts a proxy in front of a version, and waits until the router uses it.</summary>
    internal Task InterposeAsync(ModelName model, ModelVersion version, FaultProxy proxy, CancellationToken cancellation)
    {
        files.Rewrite(entry =>
        {
            if (entry.Model != model || entry.Version != version)
                return entry;
            proxy.Target = entry.Address;
            return entry with { Address = proxy.Address };
        });
        return Task.Delay(VersionHosts.Propagation, time, cancellation);
    }

    internal void RemoveProxy() => files.Rewrite(static entry => entry);

    /// <summary>Applies other clients; the router follows within a fraction of a second.</summary>
    internal void ApplyClients(ClientsDocument clients)
    {
        files.WriteClients(clients.WithOperatorOfThisMachine(ApiKey.HashOf(OperatorKey)));
        Clients = clients;
    }

    /// <summary>The models that can't be served, because their stable version is not ready.</summary>
    internal IReadOnlyCollection<ModelName> Unserved => servable.Unserved;

    /// <summary>Starts the cache, the versions of the models, the router, and the functions. Returns the versions that are not ready; the
    /// others are served.</summary>
    /// <exception cref="HostFailedException">The cache, the router or the functions did not start.</exception>
    internal async Task<IReadOnlyList<VersionFailure>> StartAsync(
        IReadOnlyDictionary<ModelName, ModelSettings> models, ApiPort port, CancellationToken cancellation)
    {
        // A killed run leaves address files behind.
        if (Directory.Exists(supervision.RunFolder))
            Directory.Delete(supervision.RunFolder, recursive: true);
        Directory.CreateDirectory(supervision.RunFolder);
        files.WriteOperatorKey(OperatorKey);
        ApplyClients(Clients);
        cache = HostedCache.Start(Path.Combine(settings.StateFolder, "cache"));
        files.WriteCache(cache.Settings);
        features = new FeatureHost(
            programs.FeatureServer,
            new FeatureServerSettings
            {
                Registry = settings.Registry,
                Cache = cache.Settings,
                Log = EventLogMaker.Make(settings.Stack.Features, PlatformFiles.EventsIn(settings.StateFolder)),
                Minute = settings.Pace.Minute,
                Clients = HostSources.File(files.ClientsPath),
                AccessLog = settings.AccessLog,
                Urls = "http://127.0.0.1:0",
            },
            PlatformFiles.FeaturesAddressIn(settings.StateFolder),
            supervision);
        var startingFeatures = StartFeaturesAsync(cancellation);
        var isServing = false;
        var failures = await versions.StartAsync(NamedBy(PlanMaker.Make(models)), PoolMaker.Make(models), ServeAsync, cancellation);
        await ServeAsync(failures);
        await startingFeatures;
        return failures;

        async Task ServeAsync(IReadOnlyList<VersionFailure> notReady)
        {
            if (!isServing)
                files.WriteEndpoints();
            WritePlan(models, notReady);
            if (isServing)
                return;
            var routerSettings = RouterSettings;
            if (settings.Stack.Splitting == SplittingMode.Function)
                splitting = new LocalSplitting(programs, cache!.Settings, routerSettings.Journal!, () => Plan, supervision);
            router = new ApiHost(programs.Router, routerSettings, splitting, supervision);
            await router.StartAsync(port, cancellation);
            await StartFunctionsAsync(cancellation);
            isServing = true;
            if (notReady.Any(static failure => failure.IsTransient))
                terminal.Say($"Meanwhile the API is at {Api}");
        }
    }

    private async Task StartFeaturesAsync(CancellationToken cancellation)
    {
        try
        {
            await features!.ApplyAsync(ServedViewRules.ViewsOf(settings.Stack.Features), cancellation);
        }
        catch (HostFailedException e)
        {
            // Models without features need no feature server, and the others answer with defaults.
            terminal.Warn(e.Message);
        }
    }

    private Task StartFunctionsAsync(CancellationToken cancellation) =>
        Functions.StartAsync(
            new FunctionsHostSettings
            {
                Journal = HostSources.Sqlite(files.JournalPath),
                Cache = cache?.Settings,
                Registry = settings.Registry,
                AccessLog = settings.AccessLog,
                Urls = "http://127.0.0.1:0",
            },
            (settings, changed) => new SupervisedHost("functions", programs.Functions, settings, supervision, changed, onlyFaults: true),
            cancellation);

    /// <summary>Changes to other models. Returns the versions that are not ready; they change only their own models.</summary>
    /// <exception cref="IOException">The plan can't be written; the old one stays in force.</exception>
    internal async Task<IReadOnlyList<VersionFailure>> ApplyAsync(
        IReadOnlyDictionary<ModelName, ModelSettings> models, CancellationToken cancellation)
    {
        var named = NamedBy(PlanMaker.Make(models));
        var failures = await versions.StartAsync(named, PoolMaker.Make(models), ServeAsync, cancellation);
        await ServeAsync(failures);
        versions.KeepOnly([.. NamedBy(Plan), .. named]);
        return failures;

        Task ServeAsync(IReadOnlyList<VersionFailure> notReady)
        {
            WritePlan(models, notReady);
            return Task.CompletedTask;
        }
    }

    /// <summary>Changes to other feature views. Returns whether anything changed.</summary>
    /// <exception cref="HostFailedException">The feature server did not start.</exception>
    internal Task<bool> ApplyAsync(FeatureSettings next, CancellationToken cancellation) =>
        features?.ApplyAsync(ServedViewRules.ViewsOf(next), cancellation) ?? Task.FromResult(false);

    /// <summary>Waits until a version that is still starting is ready or has failed, or until the time is over.</summary>
    internal Task WaitForStartingAsync(TimeSpan limit, CancellationToken cancellation) =>
        versions.WaitForStartingAsync(limit, cancellation);

    private void WritePlan(IReadOnlyDictionary<ModelName, ModelSettings> models, IReadOnlyList<VersionFailure> failures)
    {
        var (plan, lines) = servable.MakePlan(
            models, [.. failures.Select(static failure => failure.Version).OfType<PublishedVersion>()], Plan);
        files.WritePlan(plan);
        (Plan, Models) = (plan, models);
        // Said once, however often the same is tried.
        List<string> now = [.. failures.Select(static failure => failure.Message), .. lines];
        foreach (var line in now.Except(said))
            terminal.Warn(line);
        said = now;
    }

    /// <summary>Stops the functions and the router first, so no request reaches a stopped version, then the versions, then the
    /// cache.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Functions.StopAsync(StopTimeout, kill), router?.StopAsync(StopTimeout, kill) ?? Task.CompletedTask);
        await versions.StopAsync(StopTimeout, kill);
        await (features?.StopAsync(StopTimeout, kill) ?? Task.CompletedTask);
        await Functions.DisposeAsync();
        await (splitting?.DisposeAsync() ?? ValueTask.CompletedTask);
        cache?.Dispose();
    }

    private RouterSettings RouterSettings => new()
    {
        Plan = HostSources.File(files.PlanPath),
        Endpoints = HostSources.File(files.EndpointsPath),
        Clients = HostSources.File(files.ClientsPath),
        Journal = HostSources.Sqlite(files.JournalPath),
        JournalSnapshot = files.SnapshotPath,
        Cache = cache?.Settings,
        GuardOff = settings.Pace.GuardOff,
        AdminUrls = "http://127.0.0.1:0",
        AdminAddressFile = files.AdminAddressPath,
        Predictions = predictions.OfRouter,
        AccessLog = settings.AccessLog,
        MaxRequestBytes = settings.Stack.MaxRequestBytes,
    };

    private static HashSet<PublishedVersion> NamedBy(PlanDocument plan) =>
        [.. plan.Rollouts.SelectMany(static pair => pair.Value.Versions.Select(version => new PublishedVersion(pair.Key, version)))];
}

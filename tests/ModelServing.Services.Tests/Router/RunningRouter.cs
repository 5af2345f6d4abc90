using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout.Journal;
using ModelServing.Router;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>A whole router in this process, on a port of its own.</summary>
internal sealed class RunningRouter : IAsyncDisposable
{
    /// <summary>The collection of all tests that run routers: meters of the same name in one process share their counts.</summary>
    internal const string OneAtATime = "routers, one at a time";

    internal const string InferPath = "/v2/models/fraud/infer";

    private readonly TemporaryFolder folder = new();
    private readonly WebApplication app;
    private bool isDisposed;

    private RunningRouter(
        long maxRequestBytes,
        string? endpoints = null,
        Action<IServiceCollection>? services = null,
        string? plan = null,
        bool hasClients = false,
        Func<RouterSettings, RouterSettings>? with = null)
    {
        var settings = new RouterSettings
        {
            Urls = "http://127.0.0.1:0",
            LogFormat = LogFormat.Json,
            Plan = plan ?? "file:" + PlanPath,
            Endpoints = endpoints ?? "file:" + EndpointsPath,
            Clients = hasClients ? "file:" + ClientsPath : null,
            AdminUrls = "http://127.0.0.1:0",
            MaxRequestBytes = maxRequestBytes,
        };
        settings = with?.Invoke(settings) ?? settings;
        app = ServiceHost.Build(
            "router",
            settings,
            (builder, settings) =>
            {
                RouterHost.Add(builder, settings);
                services?.Invoke(builder.Services);
            },
            RouterHost.Map);
    }

    internal string PlanPath => folder.Combine("plan.json");

    internal string EndpointsPath => folder.Combine("endpoints.json");

    internal string ClientsPath => folder.Combine("clients.json");

    internal IPEndPoint Address { get; private set; } = null!;

    /// <summary>The address of the admin API.</summary>
    internal Uri Admin => new(app.Urls.ElementAt(app.Urls.Count - (Get<RouterSettings>().GrpcUrls is null ? 1 : 2)));

    /// <summary>The address for gRPC, if the settings have one.</summary>
    internal Uri Grpc => new(app.Urls.Last());

    /// <summary>The address for the function TrafficSplitter, if the settings have one.</summary>
    internal Uri Split => new(app.Urls.ElementAt(1));

    internal bool IsRunning => !isDisposed;

    internal T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    internal UpstreamCalls Upstream => app.Services.GetRequiredService<UpstreamCalls>();

    internal RoutingTable Table => app.Services.GetRequiredService<RoutingTableHolder>().Current!;

    /// <summary>The model's current route.</summary>
    internal ModelRoute Fraud => Table.TryGetModel("fraud", out var route) ? route : throw new InvalidOperationException("no plan");

    internal Readiness Readiness => app.Services.GetRequiredService<Readiness>();

    /// <summary>A router without a plan.</summary>
    internal static Task<RunningRouter> StartAsync(long maxRequestBytes = 64 * 1024 * 1024) => StartAsync(
        new RunningRouter(maxRequestBytes));

    /// <summary>A router with settings of the test's own.</summary>
    internal static Task<RunningRouter> StartAsync(
        Func<RouterSettings, RouterSettings> with,
        Action<IServiceCollection>? services = null) =>
        StartAsync(new RunningRouter(64 * 1024 * 1024, services: services, with: with));

    /// <summary>A router without a plan that looks up its endpoints.</summary>
    internal static Task<RunningRouter> StartAsync(string endpoints, NameLookup names) =>
        StartAsync(new RunningRouter(64 * 1024 * 1024, endpoints, services => services.AddSingleton(names)));

    /// <summary>A router with a plan and services of the test's own.</summary>
    internal static async Task<RunningRouter> StartAsync(
        PlanDocument plan,
        EndpointsDocument endpoints,
        Action<IServiceCollection>? services = null)
    {
        var router = await StartAsync(new RunningRouter(64 * 1024 * 1024, services: services));
        router.Swap(plan, endpoints);
        return router;
    }

    /// <summary>A router that admits the clients of a document, once it has loaded it; null writes none yet.</summary>
    internal static async Task<RunningRouter> StartAsync(
        RawServer endpoint,
        ClientsDocument? clients,
        Action<IServiceCollection>? services = null)
    {
        var router = new RunningRouter(64 * 1024 * 1024, services: services, hasClients: true);
        if (clients is not null)
            File.WriteAllBytes(router.ClientsPath, clients.ToUtf8());
        await StartAsync(router);
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, endpoint.Address)));
        if (clients is not null)
            await UntilAsync(() => router.Readiness.Reason is null, "the router has loaded its client list");
        return router;
    }

    /// <summary>Replaces the clients document, and waits until it counts.</summary>
    internal async Task WriteClientsAsync(ClientsDocument clients)
    {
        var holder = app.Services.GetRequiredService<ClientTableHolder>();
        var before = holder.Current;
        File.WriteAllBytes(ClientsPath + ".new", clients.ToUtf8());
        File.Move(ClientsPath + ".new", ClientsPath, overwrite: true);
        await UntilAsync(() => !ReferenceEquals(holder.Current, before), "the clients document is applied");
    }

    /// <summary>The services of a router whose clock the test moves.</summary>
    internal static Action<IServiceCollection> WithSteppedTime(out SteppedTime time)
    {
        var stepped = time = new SteppedTime();
        return services => services.AddSingleton<TimeProvider>(stepped);
    }

    private static async Task<RunningRouter> StartAsync(RunningRouter router)
    {
        await router.app.StartAsync();
        router.Address = IPEndPoint.Parse(new Uri(router.app.Urls.First()).Authority);
        return router;
    }

    /// <summary>A router that watches its plan.</summary>
    /// <param name="plan">The setting.</param>
    /// <param name="access">The access to the Kubernetes API; null for a pod's own.</param>
    /// <param name="limits">The time limits of its watch.</param>
    /// <param name="endpoints">The addresses of the versions.</param>
    internal static async Task<RunningRouter> WatchAsync(
        string plan,
        ClusterAccess? access,
        WatchLimits limits,
        EndpointsDocument endpoints)
    {
        var router = new RunningRouter(
            64 * 1024 * 1024,
            services: services =>
            {
                if (access is not null)
                    services.AddSingleton(access);
                services.AddSingleton(limits);
            },
            plan: plan);
        await File.WriteAllBytesAsync(router.EndpointsPath, endpoints.ToUtf8());
        await router.app.StartAsync();
        router.Address = IPEndPoint.Parse(new Uri(router.app.Urls.First()).Authority);
        return router;
    }

    /// <summary>A router whose model <c>fraud</c> has one version, 1, at <paramref name="addresses"/>.</summary>
    internal static async Task<RunningRouter> StartAsync(
        IEnumerable<IPEndPoint> addresses, int deadlineMilliseconds = 15_000, long maxRequestBytes = 64 * 1024 * 1024)
    {
        var router = await StartAsync(maxRequestBytes);
        router.Swap(SomePlan.Stable(deadlineMilliseconds), SomePlan.Endpoints([.. addresses.Select(static address => (1, address))]));
        return router;
    }

    internal static Task<RunningRouter> StartAsync(
        RawServer endpoint,
        int deadlineMilliseconds = 15_000,
        long maxRequestBytes = 64 * 1024 * 1024) =>
        StartAsync([endpoint.Address], deadlineMilliseconds, maxRequestBytes);

    /// <summary>Replaces the routing table at once, without the files.</summary>
    internal void Swap(
        PlanDocument plan,
        EndpointsDocument endpoints,
        Func<ModelName, JournalState?>? stateOf = null,
        Func<ModelName, EffectiveRollout, IReadOnlyList<WatchedVariant?>>? watch = null)
    {
        var holder = app.Services.GetRequiredService<RoutingTableHolder>();
        holder.Swap(
            RoutingTable.Build(plan, endpoints, holder.Current, Upstream, app.Services.GetRequiredService<TimeProvider>(), stateOf, watch));
        Readiness.Ready();
    }

    internal Task<RawConnection> ConnectAsync(int? receiveBuffer = null) => RawConnection.ConnectAsync(Address, receiveBuffer);

    /// <summary>Sends a request to the admin API and reads the answer.</summary>
    internal Task<RawMessage> AskAdminAsync(string path, string headers = "") => SendAdminAsync(Get(path, headers));

    /// <summary>Sends a whole request to the admin API and reads the answer.</summary>
    internal async Task<RawMessage> SendAdminAsync(string request)
    {
        using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(Admin.Authority));
        await client.SendAsync(request);
        return await client.ReadMessageAsync() ?? throw new EndOfStreamException("the router closed without an answer");
    }

    /// <summary>Sends a request on a connection of its own and reads the answer.</summary>
    internal async Task<RawMessage> AskAsync(string request)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(request);
        return await client.ReadMessageAsync() ?? throw new EndOfStreamException("the router closed without an answer");
    }

    internal Task<RawMessage> InferAsync(string body = "{}", string headers = "", string path = InferPath) => AskAsync(
        Infer(body, headers, path));

    internal static string Infer(string body = "{}", string headers = "", string path = InferPath) =>
        $"POST {path} HTTP/1.1\r\nHost: router\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";

    internal static string Get(string path, string headers = "") => $"GET {path} HTTP/1.1\r\nHost: router\r\n{headers}\r\n";

    /// <summary>The router's count, as Prometheus reads it: the sum of the series that have the name and the labels.</summary>
    internal async Task<double> CountAsync(string name, params string[] labels)
    {
        var answer = await AskAsync(Get("/metrics"));
        // Where clients need a credential, it needs one there too.
        if (answer.Status != 200)
            answer = await AskAdminAsync("/metrics");
        var text = answer.Text;
        return text.Split('\n')
            .Where(line => line.StartsWith(
                name + "{",
                StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(
                line[(line.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0],
                System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until the router has counted <paramref name="expected"/>, because it counts after it has sent the answer.</summary>
    internal async Task AssertCountAsync(double expected, string name, params string[] labels)
    {
        double count = -1;
        using var timeout = new CancellationTokenSource(RawConnection.Patience);
        while (!timeout.IsCancellationRequested && (count = await CountAsync(name, labels)) < expected)
            await Task.Delay(5);
        Assert.Equal(expected, count);
    }

    /// <summary>Waits until <paramref name="condition"/> holds; fails if it never does.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var timeout = new CancellationTokenSource(RawConnection.Patience);
        while (!await condition())
        {
            if (timeout.IsCancellationRequested)
                Assert.Fail($"this never happened: {what}");
            await Task.Delay(5);
        }
    }

    internal static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Stops it as a signal would.</summary>
    internal Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await app.DisposeAsync();
        folder.Dispose();
    }
}

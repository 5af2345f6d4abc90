using System.Net;
using System.Net.Sockets;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Cli.Up.Gateway;

/// <summary>The function TrafficSplitter on this machine: its containers, and the gateway in front of them and of the router.</summary>
internal sealed class LocalSplitting : IAsyncDisposable
{
    // New in each run, as the operator's key is.
    private readonly string key = ApiKey.Make();

    // The containers have the address for as long as they run, so a router that restarts must have the same ones.
    private readonly int[] ports = FreePorts(2);
    private readonly HostPrograms programs;
    private readonly FunctionContainers containers;
    private readonly CacheSettings cache;
    private readonly string journal;
    private readonly Action<string> print;
    private readonly TimeProvider time;
    private LocalGateway? gateway;

    /// <summary>Makes the parts. Nothing runs yet.</summary>
    /// <param name="programs">The hosts' programs.</param>
    /// <param name="cache">Where the router publishes its rollouts.</param>
    /// <param name="journal">The journal's location.</param>
    /// <param name="plan">The plan in force.</param>
    /// <param name="supervision">What the supervisors of all hosts share.</param>
    internal LocalSplitting(
        HostPrograms programs, CacheSettings cache, string journal, Func<PlanDocument> plan, HostSupervision supervision)
    {
        this.programs = programs;
        this.cache = cache;
        this.journal = journal;
        time = supervision.Time;
        print = supervision.Log.WriterFor("splitter", onlyFaults: true);
        containers = new FunctionContainers(
            supervision.RunFolder,
            StartContainer,
            () => FunctionLimits.CallOfSplitter(LongestDeadlineIn(plan())),
            supervision.Terminal,
            time);
    }

    internal FunctionContainers Containers => containers;

    /// <summary>The router's settings in this mode.</summary>
    internal RouterSettings For(RouterSettings settings) => settings with
    {
        Urls = AddressOf(ports[0]),
        SplitUrls = AddressOf(ports[1]),
        SplitKey = key,
    };

    /// <summary>Starts the gateway; false if the port is taken.</summary>
    internal async Task<bool> TryStartAsync(int port, CancellationToken cancellation)
    {
        if (gateway is not null)
            await gateway.DisposeAsync();
        gateway = null;
        var next = new LocalGateway(port, AddressOf(ports[0]), containers);
        if (await next.TryStartAsync(cancellation))
        {
            gateway = next;
            return true;
        }

        await next.DisposeAsync();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (gateway is not null)
            await gateway.DisposeAsync();
        await containers.DisposeAsync();
    }

    private HostProcess StartContainer(string socket) => HostProcess.Start(
        programs.Functions,
        new FunctionsHostSettings
        {
            Function = FunctionName.TrafficSplitter,
            Listener = new FnListener { Path = socket },
            Journal = journal,
            Cache = cache,
            Routers = AddressOf(ports[1]),
            SplitKey = key,
            StopWithParent = true,
            LogFormat = LogFormat.Text,
        },
        print,
        time);

    private static TimeSpan LongestDeadlineIn(PlanDocument plan) =>
        TimeSpan.FromMilliseconds(plan.Rollouts.Values.Select(static rollout => rollout.DeadlineMilliseconds).DefaultIfEmpty().Max());

    private static string AddressOf(int port) => $"http://127.0.0.1:{port}";

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using ModelServing.Bench.Inference;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>The inference service under load, and what is seen of it from outside meanwhile.</summary>
internal sealed class OverloadVersion : IAsyncDisposable
{
    internal static readonly string Path = InferencePaths.Infer(RouterBench.Model);

    private static readonly ModelVersion Version = new(1);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly MeasuredServer server;
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<long> memory = [];
    private readonly List<string> notReady = [];
    private Task watching = Task.CompletedTask;
    private bool isStopped;

    private OverloadVersion(MeasuredServer server) => this.server = server;

    internal IPEndPoint Address => new(IPAddress.Loopback, server.Port);

    /// <summary>The bytes of memory of the process, at regular times.</summary>
    internal IReadOnlyList<long> Memory => memory;

    /// <summary>Why the service was not ready, each time that it was not.</summary>
    internal IReadOnlyList<string> NotReady => notReady;

    internal TimeSpan ProcessorTime => server.Process.ProcessorTime();

    internal static async Task<OverloadVersion> StartAsync(
        byte[] model, OverloadPlan plan, TemporaryFolder folder, CancellationToken cancellation)
    {
        var registry = "file:" + folder.Combine(Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture));
        await new ModelRegistry(RegistryLocation.Open(registry), TimeProvider.System).PublishAsync(
            RouterBench.Model, Version, model, TrainingInfo.None, cancellation);
        var settings = new InferenceSettings
        {
            Model = RouterBench.Model,
            Version = Version,
            Registry = registry,
            LogFormat = LogFormat.Text,
            StopWithParent = true,
        };
        if (plan.QueueLimit is { } limit)
            settings = settings with { QueueLimit = limit };
        return new(await InferenceBench.StartAsync("the version", InferenceBench.Program, settings, cancellation));
    }

    /// <summary>Asks the service what it has measured.</summary>
    internal async Task<OverloadMetrics> MeasuredAsync(CancellationToken cancellation) =>
        OverloadMetrics.Parse(await client.GetStringAsync(new Uri($"http://{Address}{InferencePaths.Metrics}"), cancellation));

    /// <summary>Begins to watch its memory and its readiness.</summary>
    internal void Watch() => watching = Task.Run(WatchAsync);

    /// <summary>Stops to watch.</summary>
    internal async Task RestAsync()
    {
        await stopping.CancelAsync();
        await watching;
        await server.Process.CheckAsync();
    }

    /// <summary>Stops the service, and returns what it printed.</summary>
    internal async Task<string> StopAsync()
    {
        isStopped = true;
        await server.DisposeAsync();
        return await server.Process.OutputAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        if (!isStopped)
            await server.DisposeAsync();
        client.Dispose();
        stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var process = Process.GetProcessById(server.Process.Id);
                memory.Add(process.WorkingSet64);
                using var answer = await client.GetAsync(new Uri($"http://{Address}{InferencePaths.HealthReady}"));
                if (!answer.IsSuccessStatusCode)
                    notReady.Add(await answer.Content.ReadAsStringAsync());
            }
            catch (Exception e)
            {
                notReady.Add(e.Message);
            }

            await Task.Delay(Period, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

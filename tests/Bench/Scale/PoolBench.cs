using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Scale;

/// <summary>Starts the whole platform on this machine, as <c>ms up</c> does, with many small models in one pool. Every second one is the
/// sample's first version (a logistic regression), and the others are its second one (boosted trees).</summary>
internal static class PoolBench
{
    // As many calls in flight as keep two processors busy.
    private const int Flood = 16;

    /// <param name="models">The number of models.</param>
    /// <param name="each">How long the latency of one model is measured, alone and beside another one that is flooded.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    internal static async Task<PoolRow> RunAsync(int models, TimeSpan each, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var names = Enumerable.Range(0, models)
            .Select(static i => ModelName.Parse(string.Create(CultureInfo.InvariantCulture, $"model-{i:0000}"))).ToList();
        await PublishAsync(folder.Combine(".modelserving", "dev", "registry"), names, cancellation);
        var port = FreePort.Find();
        await File.WriteAllTextAsync(folder.Combine("Pulumi.dev.yaml"), Stack(names, port), cancellation);

        var began = Stopwatch.GetTimestamp();
        await using var ms = ProgramProcess.Start(
            Path.Combine("Cli", "release", "ms.dll"), ["up"], folder.FullPath, new Dictionary<string, string>());
        await ms.UntilAsync(() => ms.Output.Contains("Ctrl-C stops everything", StringComparison.Ordinal), "the platform is ready");
        var wall = Stopwatch.GetElapsedTime(began);
        var processes = ms.Children().Keys.Append(ms.Id).ToList();
        var (processor, memory) = (ProcessorOf(processes), MemoryOf(processes));

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
        foreach (var name in names)
            await AskAsync(http, AddressOf(name), cancellation);
        var used = MemoryOf(processes);
        // Of the same kind, so that only the load differs.
        var (quiet, flooded) = (AddressOf(names[0]), AddressOf(names[2]));
        _ = await LatencyAsync(http, quiet, each / 2, cancellation);
        var alone = await LatencyAsync(http, quiet, each, cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var flood = Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => FloodAsync(http, flooded, ending.Token)));
        var beside = await LatencyAsync(http, quiet, each, cancellation);
        await ending.CancelAsync();
        await flood;
        return new PoolRow(
            models,
            processes.Count,
            processor.TotalSeconds,
            wall.TotalSeconds,
            memory / 1024.0,
            used / 1024.0,
            alone,
            beside);

        Uri AddressOf(ModelName name) => new($"http://127.0.0.1:{port}{InferencePaths.Infer(name)}");
    }

    // The time that 99 of 100 calls do not exceed, in milliseconds; one call after another.
    private static async Task<double> LatencyAsync(HttpClient http, Uri address, TimeSpan during, CancellationToken cancellation)
    {
        var times = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < during;)
        {
            var sent = Stopwatch.GetTimestamp();
            await AskAsync(http, address, cancellation);
            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count * 99 / 100);
    }

    private static async Task FloodAsync(HttpClient http, Uri address, CancellationToken ending)
    {
        try
        {
            while (true)
                await AskAsync(http, address, ending);
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }

    private static string Stack(IEnumerable<ModelName> names, int port) =>
        $$"""
        config:
          modelserving:local: { port: {{port}} }
          modelserving:pools: { small: {} }
          modelserving:models:
        {{string.Join('\n', names.Select(static name => $"    {name}: {{ stable: {{ version: 1 }}, pods: {{ pool: small }} }}"))}}

        """;

    // Without the first run of each version in a process of its own, which would take most of the time and none of the memory.
    private static async Task PublishAsync(string folder, IReadOnlyList<ModelName> names, CancellationToken cancellation)
    {
        var registry = new ModelRegistry(RegistryLocation.Open(HostSources.File(folder)), TimeProvider.System);
        foreach (var (i, name) in names.Index())
        {
            var model = await File.ReadAllBytesAsync(SampleArtifacts.ModelPath(1 + (i % SampleArtifacts.Versions.Count)), cancellation);
            await registry.PublishAsync(name, new ModelVersion(1), model, new TrainingInfo(), cancellation);
        }
    }

    private static async Task AskAsync(HttpClient http, Uri address, CancellationToken cancellation)
    {
        using var content = new StringContent(
            """{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]}""",
            Encoding.UTF8,
            new MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(address, content, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await answer.Content.ReadAsStringAsync(cancellation);
            throw new BenchException($"{address} answered {(int)answer.StatusCode}: {problem}");
        }
    }

    private static TimeSpan ProcessorOf(IEnumerable<int> processes) => processes.Aggregate(TimeSpan.Zero, static (sum, id) =>
    {
        using var process = Process.GetProcessById(id);
        return sum + process.TotalProcessorTime;
    });

    // In KB. A page that several processes share counts once, in parts.
    private static long MemoryOf(IEnumerable<int> processes) => processes.Sum(static id => long.Parse(
        File.ReadLines($"/proc/{id}/smaps_rollup").First(static line => line.StartsWith("Pss:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture));
}

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
    internal static async Task<PoolRow> RunAsync(int models, CancellationToken cancellation)
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
            await AskAsync(http, new Uri($"http://127.0.0.1:{port}{InferencePaths.Infer(name)}"), cancellation);
        return new PoolRow(
            models, processes.Count, processor.TotalSeconds, wall.TotalSeconds, memory / 1024.0, MemoryOf(processes) / 1024.0);
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

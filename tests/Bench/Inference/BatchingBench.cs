using System.Diagnostics;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Bench.Inference;

/// <summary>Measures what an inference service gains by batching, for a small and for a medium model, beside a minimal server and ONNX
/// Runtime without a server. All are measured in turn, round by round, so that other work on the machine affects them alike.</summary>
/// <param name="rounds">How many times each is measured.</param>
/// <param name="seconds">How long each time.</param>
/// <param name="other">The program ModelServing.Inference of another build, which is measured too; null for none.</param>
internal sealed class BatchingBench(int rounds, int seconds, string? other)
{
    private const string OneByOne = "one by one";
    private const string Batched = "batched";
    private const string Minimal = "minimal";
    private static readonly int[] BatchSizes = [1, 8, 32];

    private readonly Dictionary<(BenchModel, LoadShape, string), List<Measurement>> results = [];
    private readonly Dictionary<(BenchModel, int), List<InProcessFigures>> inProcess = [];

    internal async Task<(IReadOnlyList<BatchingReport> Servers, IReadOnlyList<InProcessReport> InProcess,
        IReadOnlyList<CallReport> Calls)> RunAsync(CancellationToken cancellation)
    {
        var wrk = InstalledProgram.Find("wrk");
        InstalledProgram.Require(wrk);
        using var folder = new TemporaryFolder();
        var registry = "file:" + folder.Combine("registry");
        foreach (var model in BenchModel.All)
        {
            await new ModelRegistry(RegistryLocation.Open(registry), TimeProvider.System).PublishAsync(
                RouterBench.Model, model.Version, model.ToOnnx(), TrainingInfo.None, cancellation);
        }

        foreach (var model in BenchModel.All)
        {
            var servers = new List<MeasuredServer>();
            try
            {
                await StartAsync(servers, model, registry, folder, cancellation);
                await MeasureAsync(model, servers, wrk, folder, cancellation);
            }
            finally
            {
                foreach (var server in servers)
                    await server.DisposeAsync();
            }
        }

        var medium = BenchModel.All[^1];
        using var bench = new CallBench(rounds, seconds);
        var calls = await bench.RunAsync(medium, SettingsFor(medium, registry), cancellation);
        return (
            [.. BenchModel.All.SelectMany(model => LoadShape.All.Select(load => Report(model, load)))],
            [
                .. inProcess.Select(static one => new InProcessReport(
                    one.Key.Item1.Name,
                    one.Key.Item2,
                    Spread.From(one.Value.Select(static figures => figures.RowsPerSecond)),
                    Spread.From(one.Value.Select(static figures => figures.ProcessorMicrosecondsPerRow)))),
            ],
            calls);
    }

    private async Task StartAsync(
        List<MeasuredServer> servers, BenchModel model, string registry, TemporaryFolder folder, CancellationToken cancellation)
    {
        var settings = SettingsFor(model, registry);
        servers.Add(await InferenceBench.StartAsync(OneByOne, InferenceBench.Program, settings with { BatchRows = 1 }, cancellation));
        servers.Add(await InferenceBench.StartAsync(Batched, InferenceBench.Program, settings, cancellation));
        if (other is not null)
            servers.Add(await InferenceBench.StartAsync("other", other, settings, cancellation));
        var port = FreePort.Find();
        var file = folder.Combine($"{model.Name}.onnx");
        await File.WriteAllBytesAsync(file, model.ToOnnx(), cancellation);
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "ModelServing.Bench"),
            [MinimalInference.Command, file, $"{model.Features}", $"{port}"]);
        var process = await ServerProcess.StartAsync(Minimal, start, port, Proxies.CloseInputAsync, cancellation);
        servers.Add(new MeasuredServer(Minimal, process, port));
    }

    private static InferenceSettings SettingsFor(BenchModel model, string registry) => new()
    {
        Model = RouterBench.Model,
        Version = model.Version,
        Registry = registry,
        LogFormat = LogFormat.Text,
        StopWithParent = true,
    };

    private async Task MeasureAsync(
        BenchModel model, List<MeasuredServer> servers, InstalledProgram wrk, TemporaryFolder folder, CancellationToken cancellation)
    {
        using var runtime = new InProcessRuntime(model);
        var loads = LoadShape.All.ToDictionary(
            static load => load,
            load => new Wrk(wrk, folder, model.Body(load), load.Connections, hasIdentifiers: false, model.Headers(load)));
        foreach (var server in servers)
            await loads[LoadShape.All[0]].RunAsync(server.Name, server.Address, Math.Max(8, seconds), cancellation);
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (load, generator) in loads)
            {
                // The servers take turns in going first.
                foreach (var server in round % 2 == 0 ? servers.AsEnumerable().Reverse() : servers)
                {
                    if (!NamesOf(load).Contains(server.Name))
                        continue;
                    var before = server.Process.ProcessorTime();
                    var result = await generator.RunAsync(server.Name, server.Address, seconds, cancellation);
                    await server.Process.CheckAsync();
                    Add(results, (model, load, server.Name), new Measurement(
                        result, (server.Process.ProcessorTime() - before) / result.Requests));
                }
            }

            foreach (var rows in BatchSizes)
                Add(inProcess, (model, rows), await runtime.RunAsync(rows, seconds));
            await Console.Error.WriteLineAsync($"{model.Name}: round {round}/{rounds}");
        }
    }

    private BatchingReport Report(BenchModel model, LoadShape load)
    {
        var names = NamesOf(load);
        List<Measurement> ResultsOf(string name) => results[(model, load, name)];
        IReadOnlyList<Spread> Ratios(Func<Measurement, double> figure) =>
            [.. names.Select(name => Spread.From(ResultsOf(name).Zip(ResultsOf(OneByOne), (one, first) => figure(one) / figure(first))))];
        return new BatchingReport(
            model.Name,
            load,
            [.. names.Select(name => ServerFigures.From(name, ResultsOf(name)))],
            Ratios(static one => one.Load.RequestsPerSecond),
            Ratios(static one => one.ProcessorTime.TotalMicroseconds),
            Ratios(static one => one.Load.P50.TotalMilliseconds),
            load.Rows != LoadShape.ManyRows ? null : Spread.From(ResultsOf(Batched).Zip(
                inProcess[(model, load.Rows)], (one, alone) => one.Load.RequestsPerSecond * load.Rows / alone.RowsPerSecond)));
    }

    // The minimal server, and perhaps an older build, reads only JSON.
    private string[] NamesOf(LoadShape load) => load.Form != RequestForm.Json ? [OneByOne, Batched]
        : other is null ? [OneByOne, Batched, Minimal]
        : [OneByOne, Batched, "other", Minimal];

    private static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key, TValue value)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
            lists[key] = list = [];
        list.Add(value);
    }
}

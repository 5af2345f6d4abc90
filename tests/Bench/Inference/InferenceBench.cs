using System.Diagnostics;
using System.Globalization;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Bench.Inference;

/// <summary>Measures inference services in turn, round by round, so that other work on the machine affects them alike. The model does
/// almost nothing, so it hides no cost.</summary>
/// <param name="rounds">How many times each service is measured.</param>
/// <param name="seconds">How long each time.</param>
internal sealed class InferenceBench(int rounds, int seconds)
{
    private const int Connections = 16;
    private const string Body = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""";

    private static readonly ModelVersion Version = new(1);
    internal static readonly string Program = Repository.Combine("artifacts/bin/Inference/release/ModelServing.Inference");

    /// <summary>Compares a service that reports its counts to redis-server, ten times as often as in the cloud, with one that does
    /// not.</summary>
    internal async Task<InferenceReport> ReportingAsync(CancellationToken cancellation)
    {
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing);
        await using var redis = await RedisServer.StartAsync();
        var cache = new CacheSettings { Addresses = [redis.Address.ToString()], Password = redis.Password };
        return await RunAsync(
            [
                ("silent", Program, static (settings, _) => settings),
                ("reporting", Program, (settings, _) => settings with { Cache = cache, Minute = TimeSpan.FromSeconds(6) }),
            ],
            cancellation);
    }

    /// <summary>Compares services that log predictions with one that does not: <c>held</c> does only what a request waits for, because its
    /// store never takes a record; <c>process</c> also ships the records to a SQLite file; <c>disk</c> waits for the disk.</summary>
    internal Task<InferenceReport> LogAsync(CancellationToken cancellation) =>
        RunAsync(
        [
            ("off", Program, static (settings, _) => settings),
            ("held", Program, static (settings, folder) => settings with { Predictions = Log(folder, "missing/predictions.db") }),
            ("process", Program, static (settings, folder) => settings with { Predictions = Log(folder, "predictions.db") }),
            (
                "disk",
                Program,
                static (settings, folder) => settings with { Predictions = Log(folder, "disk.db") with { Mode = SpoolMode.Disk } }),
        ],
        cancellation);

    private static PredictionLogSettings Log(TemporaryFolder folder, string store) => new()
    {
        Store = HostSources.Sqlite(folder.Combine(store)),
        Spool = folder.Combine(store.Replace('/', '-') + ".spool"),
        SpoolBytes = 8L * 1024 * 1024 * 1024,
    };

    private async Task<InferenceReport> RunAsync(
        IReadOnlyList<(string Name, string Program, Func<InferenceSettings, TemporaryFolder, InferenceSettings> Change)> services,
        CancellationToken cancellation)
    {
        var wrk = InstalledProgram.Find("wrk");
        InstalledProgram.Require(wrk);
        using var folder = new TemporaryFolder();
        var registry = "file:" + folder.Combine("registry");
        await new ModelRegistry(RegistryLocation.Open(registry), TimeProvider.System).PublishAsync(
            RouterBench.Model, Version, SomeOnnx.Identity(Datatype.Fp32, -1, 4), TrainingInfo.None, cancellation);
        var settings = new InferenceSettings
        {
            Model = RouterBench.Model,
            Version = Version,
            Registry = registry,
            LogFormat = LogFormat.Text,
            StopWithParent = true,
        };
        var headers = ((string, string)[])[(HeaderNames.ModelVariant, VariantPlan.Canary), (HeaderNames.ModelTrial, "1")];
        var load = new Wrk(wrk, folder, WrkBody.Json(Body), Connections, hasIdentifiers: true, headers);
        var servers = new List<MeasuredServer>();
        try
        {
            foreach (var (name, program, change) in services)
                servers.Add(await StartAsync(name, program, change(settings, folder), cancellation));
            var results = await MeasureAsync(servers, load, cancellation);
            return new InferenceReport(
                [.. servers.Select(server => ServerFigures.From(server.Name, results[server]))],
                [.. Ratios(servers, results, static measurement => measurement.Load.RequestsPerSecond)],
                [.. Ratios(servers, results, static measurement => measurement.ProcessorTime.TotalMicroseconds)]);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static IEnumerable<Spread> Ratios(
        List<MeasuredServer> servers,
        Dictionary<MeasuredServer, List<Measurement>> results,
        Func<Measurement, double> figure) =>
        servers.Skip(1).Select(server =>
            Spread.From(results[server].Zip(results[servers[0]], (one, other) => figure(one) / figure(other))));

    private async Task<Dictionary<MeasuredServer, List<Measurement>>> MeasureAsync(
        IReadOnlyList<MeasuredServer> servers, Wrk load, CancellationToken cancellation)
    {
        foreach (var server in servers)
            await load.RunAsync(server.Name, server.Address, Math.Max(8, seconds), cancellation);
        var results = servers.ToDictionary(static server => server, static _ => new List<Measurement>());
        for (var round = 1; round <= rounds; round++)
        {
            // The services take turns in going first.
            foreach (var server in round % 2 == 0 ? servers.Reverse() : servers)
            {
                var before = server.Process.ProcessorTime();
                var result = await load.RunAsync(server.Name, server.Address, seconds, cancellation);
                await server.Process.CheckAsync();
                results[server].Add(new Measurement(result, (server.Process.ProcessorTime() - before) / result.Requests));
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"round {round}/{rounds}  {server.Name,-9} {result.RequestsPerSecond,9:N0} requests/s"));
            }
        }

        return results;
    }

    internal static async Task<MeasuredServer> StartAsync(
        string name, string program, InferenceSettings settings, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        var start = new ProcessStartInfo(program);
        foreach (var (variable, value) in (settings with { Urls = $"http://127.0.0.1:{port}" }).ToEnvironment())
            start.Environment[variable] = value;
        var process = await ServerProcess.StartAsync(name, start, port, Proxies.CloseInputAsync, cancellation);
        await Proxies.ReadyAsync(port, cancellation);
        return new MeasuredServer(name, process, port);
    }
}

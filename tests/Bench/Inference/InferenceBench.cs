using System.Diagnostics;
using System.Globalization;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Bench.Inference;

/// <summary>
/// Measures what it costs an inference service to report its counts: one run compares a service that reports to redis-server with one that
/// does not. The model does almost nothing, so it does not hide the cost. Reports are ten times as frequent as in the cloud.
/// </summary>
/// <param name="rounds">How many times each service is measured.</param>
/// <param name="seconds">How long each time.</param>
internal sealed class InferenceBench(int rounds, int seconds)
{
    private const int Connections = 16;
    private const string Body = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""";

    private static readonly ModelVersion Version = new(1);

    /// <summary>Returns the ratio of requests per second, reporting to silent in the same round, and the figures of both
    /// services.</summary>
    internal async Task<(Spread Ratio, IReadOnlyList<ServerFigures> Servers)> RunAsync(CancellationToken cancellation)
    {
        var wrk = InstalledProgram.Find("wrk");
        InstalledProgram.Require(wrk);
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing);
        using var folder = new TemporaryFolder();
        var registry = "file:" + folder.Combine("registry");
        await new ModelRegistry(RegistryLocation.Open(registry), TimeProvider.System).PublishAsync(
            RouterBench.Model, Version, SomeOnnx.Identity(Datatype.Fp32, -1, 4), TrainingInfo.None, cancellation);
        await using var redis = await RedisServer.StartAsync();
        var settings = new InferenceSettings
        {
            Model = RouterBench.Model,
            Version = Version,
            Registry = registry,
            LogFormat = LogFormat.Text,
            StopWithParent = true,
            Minute = TimeSpan.FromSeconds(6),
        };
        var cache = new CacheSettings { Addresses = [redis.Address.ToString()], Password = redis.Password };
        await using var silent = await StartAsync("silent", settings, cancellation);
        await using var reporting = await StartAsync("reporting", settings with { Cache = cache }, cancellation);
        var load = new Wrk(wrk, folder, Body, Connections, (HeaderNames.ModelVariant, VariantPlan.Canary), (HeaderNames.ModelTrial, "1"));

        MeasuredServer[] servers = [silent, reporting];
        foreach (var server in servers)
            await load.RunAsync(server.Name, server.Address, Math.Max(2, seconds), cancellation);
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

        return (
            Spread.From(results[reporting].Zip(
                results[silent], static (one, other) => one.Load.RequestsPerSecond / other.Load.RequestsPerSecond)),
            [.. servers.Select(server => ServerFigures.From(server.Name, results[server]))]);
    }

    private static async Task<MeasuredServer> StartAsync(string name, InferenceSettings settings, CancellationToken cancellation)
    {
        var port = ServerProcess.FreePort();
        var start = new ProcessStartInfo(Repository.Combine("artifacts/bin/Inference/release/ModelServing.Inference"));
        foreach (var (variable, value) in (settings with { Urls = $"http://127.0.0.1:{port}" }).ToEnvironment())
            start.Environment[variable] = value;
        var process = await ServerProcess.StartAsync(name, start, port, Proxies.CloseInputAsync, cancellation);
        await Proxies.ReadyAsync(port, cancellation);
        return new MeasuredServer(name, process, port);
    }
}

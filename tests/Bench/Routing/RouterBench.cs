using System.Globalization;
using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit;
using ModelServing.TestKit.Sample;

namespace ModelServing.Bench.Routing;

/// <summary>
/// Compares the router with other proxies. All send 5% to a canary and 95% to stable over persistent connections to the same two backends.
/// All are measured in turn in one run, so other work on the machine affects them alike.
/// </summary>
/// <remarks>
/// <code>
/// 1 start      the backends (one nginx process, two ports, a fixed answer: far faster than any proxy) and the proxies
/// 2 check      that every proxy returns the backends' answer
/// 3 warm up    every proxy, because compiled code is to be measured; not in the short form
/// 4 measure    each proxy once per round
/// </code>
/// </remarks>
/// <param name="rounds">How many times each server is measured.</param>
/// <param name="seconds">How long each time.</param>
/// <param name="own">Whether only the routers and the minimal proxies are measured, without nginx and haproxy.</param>
/// <param name="otherProgram">Another build of the router to compare with; null for none.</param>
internal sealed class RouterBench(int rounds, int seconds, bool own = false, string? otherProgram = null)
{
    internal const int Connections = 32;
    internal const int CanaryPercent = 5;

    /// <summary>The router as it is deployed.</summary>
    internal const string Router = "router";

    /// <summary>Another build of the router.</summary>
    internal const string Other = "other";

    /// <summary>The router without guard, journal, metrics and access log.</summary>
    internal const string Bare = "bare";

    internal static readonly ModelName Model = ModelName.Parse("fraud");

    /// <summary>An answer with the length and form of a real one.</summary>
    internal const string Answer =
        """{"model_name":"fraud","model_version":"1","id":"42","outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[0]},"""
        + """{"name":"probabilities","datatype":"FP32","shape":[1,2],"data":[0.9823417,0.0176583]}]}""";

    internal async Task<RouterReport> RunAsync(CancellationToken cancellation)
    {
        var (wrk, nginx, haproxy) = (InstalledProgram.Find("wrk"), InstalledProgram.Find("nginx"), InstalledProgram.Find("haproxy"));
        InstalledProgram.Require(wrk, nginx);
        using var folder = new TemporaryFolder();
        var body = Request();
        var load = new Wrk(wrk, folder, WrkBody.Json(body), Connections);

        // 1
        await using var backends = await Backends.StartAsync(nginx, folder, cancellation);
        await using var split = own ? null : await Proxies.NginxAsync(nginx, folder, backends, cancellation);
        await using var router = await Proxies.RouterAsync(folder, backends, cancellation);
        await using var former = otherProgram is null
            ? null
            : await Proxies.OtherRouterAsync(otherProgram, folder, backends, cancellation);
        await using var bare = await Proxies.BareRouterAsync(folder, backends, cancellation);
        await using var yarp = await Proxies.MinimalAsync(MinimalProxy.Yarp, backends, cancellation);
        await using var sockets = await Proxies.MinimalAsync(MinimalProxy.Sockets, backends, cancellation);
        await using var other = own || haproxy.FullPath is null
            ? null
            : await Proxies.HaproxyAsync(haproxy, folder, backends, cancellation);
        MeasuredServer?[] all = [backends.Alone, split, router, former, bare, yarp, sockets, other];
        var measured = all.OfType<MeasuredServer>().ToArray();

        // 2
        foreach (var server in measured)
            await CheckAsync(server, body, cancellation);

        // 3: half as long as the measurement, because on a busy machine the compiler needs many seconds
        foreach (var server in rounds * seconds > 1 ? measured : [])
            await load.RunAsync(server.Name, server.Address, rounds * seconds / 2, cancellation);

        // 4
        var results = new OrderedDictionary<string, List<Measurement>>(
            measured.Select(static server => KeyValuePair.Create(server.Name, new List<Measurement>())));
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var server in measured)
            {
                var before = server.Process.ProcessorTime();
                var result = await load.RunAsync(server.Name, server.Address, seconds, cancellation);
                await server.Process.CheckAsync();
                results[server.Name].Add(new Measurement(result, (server.Process.ProcessorTime() - before) / result.Requests));
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"round {round}/{rounds}  {server.Name,-12} {result.RequestsPerSecond,9:N0} requests/s"));
            }
        }

        return RouterReport.Create(results, (split ?? bare).Name, rounds, seconds);
    }

    // The first row of the demo's traffic, in the form that its client sends.
    internal static string Request()
    {
        var row = SampleReplay.Rows(1)[0];
        var features = string.Join(',', row.Features.ToArray().Select(static feature => feature.ToString(CultureInfo.InvariantCulture)));
        var shape = $"[1,{row.Features.Length}]";
        var input = $$"""{"name":"{{SampleArtifacts.InputName}}","datatype":"FP32","shape":{{shape}},"data":[{{features}}]}""";
        return $$"""{"id":"{{row.TransactionId}}","inputs":[{{input}}],"outputs":[{"name":"probabilities"}]}""";
    }

    private static async Task CheckAsync(MeasuredServer server, string body, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.PostAsync(server.Address, content, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode || text != Answer)
            throw new BenchException($"{server.Name} answers {(int)answer.StatusCode}: {text}");
    }
}

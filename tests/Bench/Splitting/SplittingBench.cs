using System.Diagnostics;
using ModelServing.Bench.Features;
using ModelServing.Bench.Functions;
using ModelServing.Bench.Routing;
using ModelServing.TestKit;

namespace ModelServing.Bench.Splitting;

/// <summary>
/// Compares requests by way of the function TrafficSplitter with requests to the router alone. Both ways have the same router, the same
/// backends and the same cache, and as many requests are under way at a time. The platform and its gateway are not measured.
/// </summary>
/// <remarks>
/// <code>
/// 1 start     the backends (nginx with a fixed answer), redis-server, the router, and the function's containers as images have them
/// 2 warm up   both ways
/// 3 measure   each way once per round
/// 4 start     each publication of the function again and again, in the same surroundings
/// </code>
/// </remarks>
/// <param name="rounds">How many times each way is measured.</param>
/// <param name="seconds">How long each time.</param>
/// <param name="starts">How many times each publication is started.</param>
/// <param name="publishings">The publications. The last but the trimmed one is the one whose requests are measured.</param>
internal sealed class SplittingBench(int rounds, int seconds, int starts, IReadOnlyList<Publishing> publishings)
{
    private const int Connections = 4;

    internal async Task<SplittingReport> RunAsync(CancellationToken cancellation)
    {
        var nginx = InstalledProgram.Find("nginx");
        InstalledProgram.Require(nginx);
        using var folder = new TemporaryFolder();
        var published = new List<(Publishing Publishing, IReadOnlyList<string> Command)>();
        foreach (var (index, publishing) in publishings.Index())
            published.Add((publishing, await publishing.PublishAsync(folder.Combine($"published-{index}"), cancellation)));

        // 1
        await using var backends = await Backends.StartAsync(nginx, folder, cancellation);
        await using var redis = await RedisProcess.StartAsync(cancellation);
        var splitting = new RouterForSplitting(redis.Settings);
        await using var router = await splitting.StartAsync(folder, backends, cancellation);
        var settings = splitting.Function;
        var images = published.LastOrDefault(static one => one.Publishing != Publishing.Trimmed);
        var containers = new List<FunctionProcess>();
        var call = SplittingCalls.Call();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                var container = Directory.CreateDirectory(folder.Combine($"container-{i}")).FullName;
                containers.Add(
                    await FunctionProcess.StartAsync(images.Command, settings, Path.Combine(container, "lsnr.sock"), cancellation));
            }

            using var http = new SplittingCalls(router.Address);
            var ways = new (string Name, Func<int, Task> Request)[]
            {
                ("router", _ => http.SendAsync(cancellation)),
                ("function", connection => containers[connection].CallAsync(call, cancellation)),
            };

            // 2: compiled code is to be measured, but not in the short form
            foreach (var (_, request) in rounds * seconds > 1 ? ways : [])
                _ = await MeasureAsync(request, seconds * 2);

            // 3
            var measured = ways.Select(static _ => new List<WayRound>()).ToList();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (index, (_, request)) in ways.Index())
                    measured[index].Add(await MeasureAsync(request, seconds));
            }

            // 4
            var started = await FunctionsBench.StartAsync(starts, published, settings, folder, call, cancellation);
            return new SplittingReport(
                rounds,
                seconds,
                Connections,
                [.. ways.Zip(measured, static (way, rounds) => WayReport.From(way.Name, rounds))],
                Spread.From(measured[1].Zip(measured[0], static (function, router) => Sum(function) / Sum(router))),
                started);
        }
        finally
        {
            foreach (var container in containers)
                await container.DisposeAsync();
        }

        async Task<WayRound> MeasureAsync(Func<int, Task> request, int length)
        {
            var (function, routing, caching) = Times();
            var began = Stopwatch.GetTimestamp();
            var latencies = await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(
                async () =>
                {
                    var times = new List<double>();
                    while (Stopwatch.GetElapsedTime(began).TotalSeconds < length)
                    {
                        var sent = Stopwatch.GetTimestamp();
                        await request(connection);
                        times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                    }

                    return times;
                },
                cancellation)));
            var all = latencies.SelectMany(static times => times).Order().ToArray();
            var after = Times();
            return new WayRound(
                all.Length / Stopwatch.GetElapsedTime(began).TotalSeconds,
                all[all.Length / 2],
                all[all.Length * 99 / 100],
                (after.Function - function).TotalMicroseconds / all.Length,
                (after.Router - routing).TotalMicroseconds / all.Length,
                (after.Cache - caching).TotalMicroseconds / all.Length);
        }

        (TimeSpan Function, TimeSpan Router, TimeSpan Cache) Times() => (
            containers.Aggregate(TimeSpan.Zero, static (sum, container) => sum + container.ProcessorTime()),
            router.Process.ProcessorTime(),
            redis.ProcessorTime());
    }

    private static double Sum(WayRound round) => round.Function + round.Router + round.Cache;
}

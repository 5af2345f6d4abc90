using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Bench.Scale;

/// <summary>Changes the weight of one model many times in this process, with the router's own parts and a clock that is moved, so that the
/// processor's time is that of the changes.</summary>
internal static class ChangeBench
{
    private const int Rounds = 5;

    /// <param name="models">The number of models.</param>
    /// <param name="changes">The number of changes in each of some rounds.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    internal static async Task<ChangeRow> RunAsync(int models, int changes, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var plan = ScaleBench.PlanOf(models);
        var path = folder.Combine("plan.json");
        ScaleBench.Write(folder.Combine("endpoints.json"), ScaleBench.EndpointsOf(models).ToUtf8());
        ScaleBench.Write(path, PlanObject.From(plan).ToBytes());

        var time = new SteppedTime();
        using var meters = new UnobservedMeters();
        var metrics = new RouterMetrics(meters);
        var endpoints = new FileEndpoints(folder.Combine("endpoints.json"), metrics, time, NullLogger<FileEndpoints>.Instance);
        var board = new RolloutBoard(isJournaled: false);
        var settings = new RouterSettings
        {
            Urls = "",
            LogFormat = LogFormat.Text,
            Plan = HostSources.File(path),
            Endpoints = HostSources.File(path),
        };
        using var swapper = new RoutingTableSwapper(
            endpoints,
            board,
            new WatchedVersions(settings, board, time),
            new RoutingTableHolder(metrics.Series),
            new UpstreamCalls(),
            new Readiness(),
            time);
        var (reader, applied) = (new PlanReader(), 0);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = new FilePlan(path, time).FollowAsync(
            async content =>
            {
                await swapper.ApplyPlanAsync(reader.Read(content.Span), ending.Token);
                applied++;
            },
            static why => throw new BenchException(why),
            ending.Token);

        var (reads, costs, bytes) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var (read, cost, allocated) = (TimeSpan.Zero, TimeSpan.Zero, 0L);
            for (var i = 0; i < changes; i++)
            {
                plan.Rollouts[ScaleBench.NameOf(models / 2)] = ScaleBench.RolloutOf(500 + (i % 2));
                var stored = PlanObject.From(plan).ToBytes();
                ScaleBench.Write(path, stored);
                var (count, before, heap) = (applied, Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
                await PollTwiceAsync();
                allocated += GC.GetTotalAllocatedBytes(precise: true) - heap;
                cost += Environment.CpuUsage.TotalTime - before;
                if (applied != count + 1)
                    throw new BenchException($"{applied - count} plans were applied in place of one");
                // Written anew, like a changed plan: what was just written is not in the processor's caches.
                ScaleBench.Write(path, stored);
                before = Environment.CpuUsage.TotalTime;
                await PollTwiceAsync();
                await endpoints.ReadForAsync([], cancellation);
                read += Environment.CpuUsage.TotalTime - before;
            }

            // The first round compiles the code.
            if (round < 0)
                continue;
            reads.Add(read.TotalMicroseconds / changes);
            costs.Add(cost.TotalMicroseconds / changes);
            bytes.Add(allocated / (double)changes);
        }

        await ending.CancelAsync();
        await following;
        return new ChangeRow(models, Median(reads), Median(costs), ObjectMicroseconds(plan, changes), Median(bytes));

        async Task PollTwiceAsync()
        {
            for (var poll = 0; poll < 2; poll++)
            {
                time.Advance(RoutingTableUpdater.Period);
                // The next read waits for its time.
                while (time.Waiting == 0)
                    await Task.Yield();
            }
        }
    }

    private static double ObjectMicroseconds(PlanDocument plan, int times)
    {
        var stored = PlanObject.From(plan);
        // A router writes into the buffer of the plan before the last.
        var bytes = new ArrayBufferWriter<byte>();
        stored.WriteTo(bytes);
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < times; i++)
        {
            bytes.ResetWrittenCount();
            stored.WriteTo(bytes);
        }

        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / times;
    }

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);
}

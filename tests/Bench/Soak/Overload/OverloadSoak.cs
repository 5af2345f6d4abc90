using System.Globalization;
using System.Text;
using ModelServing.Bench.Inference;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>Sends an inference service more than it can answer, and requests that never end.</summary>
/// <remarks>
/// <code>
/// 1 measure    how many requests of a mix are answered in a second by a service that has always some
/// 2 overload   the same mix at a multiple of that rate, whether answers come or not
/// 3 hopeless   requests whose run never ends by itself, beside others, on another model
/// </code>
/// </remarks>
/// <param name="plan">How long, and how much.</param>
internal sealed class OverloadSoak(OverloadPlan plan)
{
    /// <summary>The clients of the mix, each a group of its own.</summary>
    internal const int Clients = 3;

    private const int Connections = 64;

    // A run takes some hundred microseconds for a row, alone several times as many: most of the machine's time is the model's.
    private static readonly BenchModel Model = new("wide", new ModelVersion(1), [16, 2048, 2048, 2048, 1]);

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    internal async Task<OverloadReport> RunAsync(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var report = new OverloadReport(plan);
        await OverloadAsync(report, folder, cancellation);
        await HopelessAsync(report, folder, cancellation);
        return report;
    }

    private async Task OverloadAsync(OverloadReport report, TemporaryFolder folder, CancellationToken cancellation)
    {
        await using var version = await OverloadVersion.StartAsync(Model.ToOnnx(), plan, folder, cancellation);
        var second = TimeSpan.FromSeconds(1) * plan.Deadlines;
        using var load = new OverloadLoad(
            version.Address,
            [
                Rows("1 row", 60, 1, second, group: 0),
                Rows("1 row, short deadline", 25, 1, second / 4, group: 1) with { AsksForLittle = true },
                Rows("8 rows", 8, 8, second, group: 2),
                Rows("64 rows", 2, 64, second, group: 2),
                Rows("1 row, the caller leaves", 5, 1, second, group: 0) with { Leaves = true },
            ]);
        // 1
        await load.SaturateAsync(Connections, plan.Measured / 4);
        var usage = new OverloadUsage(version, await version.MeasuredAsync(cancellation));
        (report.Sustainable, report.SustainableRows) = await load.SaturateAsync(Connections, plan.Measured);
        report.Add("as much as can be sustained", usage.End(await version.MeasuredAsync(cancellation)));
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{report.Sustainable:N0} requests/s can be sustained; {plan.Time.TotalSeconds:0} s at more"));
        // 2
        version.Watch();
        usage = new OverloadUsage(version, await version.MeasuredAsync(cancellation));
        await load.RunAsync(report.Sustainable * plan.Times, plan.Time, cancellation);
        var measured = await version.MeasuredAsync(cancellation);
        report.Add($"{plan.Times:0} times as much", usage.End(measured));
        await version.RestAsync();
        report.CheckLoad(load);
        report.CheckOverload(load.Tallies, version.Memory, version.NotReady, measured);
    }

    private async Task HopelessAsync(OverloadReport report, TemporaryFolder folder, CancellationToken cancellation)
    {
        const int PerSecond = 40;
        await using var version = await OverloadVersion.StartAsync(SomeSlowOnnx.LoopOfRows(), plan, folder, cancellation);
        using var load = new OverloadLoad(
            version.Address,
            [
                Steps("short runs", 92, 100, TimeSpan.FromSeconds(5) * plan.Deadlines, group: 0),
                Steps("endless runs", 8, SomeSlowOnnx.Endless, TimeSpan.FromMilliseconds(300), group: 1) with { IsHopeless = true },
            ]);
        // 3
        version.Watch();
        await load.RunAsync(PerSecond, plan.Hopeless, cancellation);
        var before = version.ProcessorTime;
        await Task.Delay(Rest, cancellation);
        var busy = (version.ProcessorTime - before) / Rest;
        await version.RestAsync();
        report.CheckHopeless(load.Tallies, version.NotReady, busy, await version.StopAsync());
    }

    private static OverloadRequest Rows(string name, int percent, int rows, TimeSpan deadline, int group) =>
        new(name, percent, deadline, OverloadRequest.Message(
            OverloadVersion.Path, Encoding.ASCII.GetString(Model.Body(new LoadShape(1, rows)).Bytes), deadline, group), rows);

    private static OverloadRequest Steps(string name, int percent, long steps, TimeSpan deadline, int group) =>
        new(name, percent, deadline, OverloadRequest.Message(
            OverloadVersion.Path,
            $$"""{"inputs":[{"name":"count","shape":[1],"datatype":"INT64","data":[{{steps}}]}]}""",
            deadline,
            group));
}

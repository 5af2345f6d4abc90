using System.Threading.Channels;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Sample;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>A demo's traffic: a long round at first, and a short one after each change of the plan, so that its effect is seen.</summary>
internal sealed class DemoRounds(Platform platform, Terminal terminal, TimeProvider time)
{
    private const int LaterRows = 2_000;

    // The simulation takes a second: it runs while the hosts start.
    private readonly Task<IReadOnlyList<SampleRow>> rows = Task.Run(() => SampleTraffic.Rows());
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private volatile PlanDocument? measured;

    /// <summary>Says that another plan was applied.</summary>
    internal void PlanChanged() => changes.Writer.TryWrite(true);

    /// <summary>The first round, on all rows; false when something was not as expected.</summary>
    internal Task<bool> FirstAsync(CancellationToken cancellation) => RunAsync(SampleTraffic.DemoRows, cancellation);

    /// <summary>The scene that ends the demo; false when something was not as expected.</summary>
    internal async Task<bool> RollbackAsync(CancellationToken cancellation) => await new RollbackScene(platform, terminal, time).PlayAsync(await rows, cancellation);

    /// <summary>The rounds after it, until it is told to end.</summary>
    internal async Task LaterAsync(CancellationToken cancellation)
    {
        while (await changes.Reader.WaitToReadAsync(cancellation))
        {
            changes.Reader.TryRead(out _);
            // Not before the router has the plan.
            await Task.Delay(VersionHosts.Propagation, time, cancellation);
            if (!ReferenceEquals(measured, platform.Plan))
                await RunAsync(LaterRows, cancellation);
        }
    }

    private async Task<bool> RunAsync(int count, CancellationToken cancellation)
    {
        using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, await rows, time);
        var plan = platform.Plan;
        if (!plan.Rollouts.TryGetValue(DemoModel.Name, out var rollout))
        {
            terminal.Say($"[yellow]No traffic is sent: the stack file names no model '{DemoModel.Name}' any more[/]");
            return false;
        }

        DemoAnswer[] answers = [];
        await terminal.Talk.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask($"Sending {count:N0} transactions", maxValue: count);
            answers = await traffic.SendAsync(count, rollout.RoutingKeyHeader, () => bar.Increment(1), cancellation);
        });

        measured = plan;
        var report = DemoReport.From(platform.Api, await ServedAsync(rollout, cancellation), answers, planChanged: !ReferenceEquals(plan, platform.Plan));
        terminal.Result(report, static report => report.Table());
        foreach (var remark in report.Remarks)
        {
            if (report.AsExpected)
                terminal.Say($"[yellow]{Markup.Escape(remark)}[/]");
            else
                terminal.Warn(remark);
        }

        return report.AsExpected;
    }

    // What is condemned has no share, whatever the plan gives it.
    private async Task<RolloutPlan> ServedAsync(RolloutPlan planned, CancellationToken cancellation)
    {
        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        var status = (await admin.StatusAsync(cancellation)).Models.First(static model => model.Model == DemoModel.Name);
        foreach (var closed in status.Variants.Where(static variant => variant.ServedWeight < variant.PlannedWeight))
            terminal.Say($"[yellow]{closed.Name} version {closed.Version} gets none of the {Percent.FromHundredths(closed.PlannedWeight)}% that the plan gives it: it is condemned[/]");
        return planned with { Variants = [.. planned.Variants.Select(variant => status.Variants.FirstOrDefault(served => served.Name == variant.Name && served.Version == variant.Version) is { } served ? variant with { Weight = served.ServedWeight } : variant)] };
    }
}

using System.Globalization;
using System.Threading.Channels;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The demo's traffic: a long round first, then a short one after each change of the plan, which shows the effect.</summary>
internal sealed class DemoRounds(Platform platform, UpRequest request, Terminal terminal, TimeProvider time)
{
    /// <summary>The fewest payments of a first round. With fewer, chance would hide a wrong split.</summary>
    internal const int FewestRows = 1_000;

    private const int LaterRows = 2_000;

    // The simulation takes a second, so it runs while the hosts start.
    private readonly Task<DemoPayments> payments = Task.Run(static () => new DemoPayments(CardSimulator.Run(SampleDataset.Settings)));
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropOldest,
    });
    private volatile PlanDocument? measured;
    private IReadOnlyList<DemoAnswer> lastAnswers = [];

    /// <summary>Notifies the demo of a new plan.</summary>
    internal void PlanChanged() => changes.Writer.TryWrite(true);

    /// <summary>Fills the feature store, then runs the first round, then the scene about the log, then the rollback, then the
    /// experiment.</summary>
    /// <param name="betweenAsync">Runs before the rollback.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>Whether everything was as expected.</returns>
    internal async Task<bool> PlayAsync(Func<Task> betweenAsync, CancellationToken cancellation)
    {
        await new EventHistory(platform, terminal, time).PostAsync((await payments).History, cancellation);
        var began = time.GetUtcNow();
        var report = await RunAsync(request.Payments, cancellation);
        if (report is not null && platform.PredictionLog is { } path)
        {
            var log = await new LogScene(platform, path, terminal, time).PlayAsync(lastAnswers, began, cancellation);
            report = report with { Log = log, AsExpected = report.AsExpected && log.AsExpected };
        }

        await betweenAsync();
        var rollback = await new RollbackScene(platform, terminal, time).PlayAsync(await payments, cancellation);
        if (report is null)
            return false;
        report = report with { Rollback = rollback, AsExpected = report.AsExpected && rollback is not { AsExpected: false } };
        if (request.ExperimentPayments > 0)
        {
            var experiment = await new ExperimentScene(platform, request.ExperimentPayments, terminal, time).PlayAsync(cancellation);
            report = report with { Experiment = experiment, AsExpected = report.AsExpected && experiment is not { AsExpected: false } };
        }

        terminal.Json(report);
        return report.AsExpected;
    }

    /// <summary>Runs a short round after each change of the plan, until cancelled.</summary>
    internal async Task FollowPlanAsync(CancellationToken cancellation)
    {
        while (await changes.Reader.WaitToReadAsync(cancellation))
        {
            changes.Reader.TryRead(out _);
            // The router needs this long to see the plan.
            await Task.Delay(VersionHosts.Propagation, time, cancellation);
            if (!ReferenceEquals(measured, platform.Plan))
                await RunLaterAsync(cancellation);
        }
    }

    // Without the feature server, which may leave the stack file too, the platform goes on.
    private async Task RunLaterAsync(CancellationToken cancellation)
    {
        try
        {
            if (await RunAsync(LaterRows, cancellation) is { } report)
                terminal.Json(report);
        }
        catch (CommandException e) when (e.ExitCode == ExitCode.Failed)
        {
            terminal.Warn($"the round of payments ended early: {e.Message}");
        }
    }

    private async Task<DemoReport?> RunAsync(int count, CancellationToken cancellation)
    {
        var plan = platform.Plan;
        if (!plan.Rollouts.TryGetValue(DemoModel.Name, out var rollout))
        {
            terminal.Say($"[yellow]No traffic is sent, because the stack file no longer names the model '{DemoModel.Name}'[/]");
            return null;
        }

        DemoAnswer[] answers = [];
        await using var flow = new EventFlow(platform.OpenFeatures, time);
        using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, await payments, flow.AddAsync, time);
        var label = string.Create(CultureInfo.InvariantCulture, $"Sending {count:N0} transactions");
        await terminal.ShowProgressAsync(label, count, async bar =>
        {
            answers = await traffic.SendAsync(count, rollout.RoutingKeyHeader, () => bar.Increment(1), cancellation);
            await flow.FinishAsync(cancellation);
        });

        measured = plan;
        lastAnswers = answers;
        var served = await ServedAsync(rollout, cancellation);
        var features = FeatureFigures.From(answers, flow.Logged);
        var report = DemoReport.From(platform.Api, served, answers, !ReferenceEquals(plan, platform.Plan)) with { Features = features };
        terminal.Show(report, static report => report.Table());
        terminal.Say(Markup.Escape(features.Describe(report.Requests)));
        foreach (var remark in report.Remarks)
        {
            if (report.AsExpected)
                terminal.Say($"[yellow]{Markup.Escape(remark)}[/]");
            else
                terminal.Warn(remark);
        }

        return report;
    }

    // A condemned version has no share, whatever the plan gives it.
    private async Task<RolloutPlan> ServedAsync(RolloutPlan planned, CancellationToken cancellation)
    {
        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        var status = (await admin.StatusAsync(cancellation)).Models.First(static model => model.Model == DemoModel.Name);
        foreach (var closed in status.Variants.Where(static variant => variant.ServedWeight < variant.PlannedWeight))
            terminal.Say($"[yellow]{closed.Name} version {closed.Version} gets none of its planned " +
                $"{Percent.FromHundredths(closed.PlannedWeight)}%, because it is condemned[/]");
        return planned with { Variants = [.. planned.Variants.Select(ServedVariant)] };

        VariantPlan ServedVariant(VariantPlan variant) =>
            status.Variants.FirstOrDefault(served => served.Name == variant.Name && served.Version == variant.Version) is { } served
                ? variant with { Weight = served.ServedWeight }
                : variant;
    }
}

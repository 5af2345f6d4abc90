using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;

namespace ModelServing.Cli.Demo;

/// <summary>
/// The last scene of a demo: the canary starts failing, the guard condemns it, and no caller sees a failure. If the guard is off, an alarm
/// does it.
/// </summary>
/// <remarks>
/// <code>
/// 1 fault       a proxy in front of the canary makes a share of its calls fail
/// 2 traffic     payments, in batches, until the canary is condemned
/// 3 afterwards  further payments, none of which may reach it
/// </code>
/// </remarks>
internal sealed class RollbackScene(Platform platform, Terminal terminal, TimeProvider time)
{
    private const double FailedShare = 0.2;
    private const int Batch = 100;
    private const int Later = 1_000;

    // A guard that needs more payments than this does not work.
    private const int MaxPayments = 40_000;

    // The alarm takes four to six minutes. One that needs more than this does not work.
    private const int MaxMinutes = 30;

    // An alarm needs time, not many payments: these are enough for its minimum of requests in a minute, even of a canary with 5%.
    private const int BatchesInMinute = 20;

    private bool IsGuardOff => platform.Pace.GuardOff;

    /// <summary>Plays the scene; null if there is nothing to roll back.</summary>
    internal async Task<RollbackReport?> PlayAsync(DemoPayments payments, CancellationToken cancellation)
    {
        if (!platform.Plan.Rollouts.TryGetValue(DemoModel.Name, out var rollout) ||
            rollout.Variants.FirstOrDefault(static variant => variant.Name != VariantPlan.Stable && variant.Weight > 0) is not { } watched)
        {
            terminal.Say("[yellow]This demo shows no rollback, because the stack file gives no traffic to a canary[/]");
            return null;
        }

        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        if (await FindAsync(admin, watched.Version, cancellation) is not null)
        {
            terminal.Say($"[yellow]This demo shows no rollback, because version {watched.Version} is already condemned[/]");
            return null;
        }

        // 1
        await using var proxy = await FaultProxy.StartAsync(FailedShare, cancellation);
        await platform.InterposeAsync(DemoModel.Name, watched.Version, proxy, cancellation);
        try
        {
            await using var flow = new EventFlow(platform.OpenFeatures, time);
            using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, payments, flow.AddAsync, time);
            using var alarms = IsGuardOff ? new AlarmTrace(platform.Functions, terminal, time) : null;
            return await PlayAsync(
                watched,
                proxy,
                admin,
                count => traffic.SendAsync(count, rollout.RoutingKeyHeader, static () => { }, cancellation),
                alarms,
                cancellation);
        }
        finally
        {
            platform.RemoveProxy();
        }
    }

    private async Task<RollbackReport> PlayAsync(
        VariantPlan watched,
        FaultProxy proxy,
        AdminClient admin,
        Func<int, Task<DemoAnswer[]>> send,
        AlarmTrace? alarms,
        CancellationToken cancellation)
    {
        // 2
        var began = time.GetUtcNow();
        Announce(watched, began);
        var answers = new List<DemoAnswer>();
        CondemnedVersion? condemned = null;
        while (condemned is null
            && (IsGuardOff ? time.GetUtcNow() - began < MaxMinutes * platform.Pace.Minute : answers.Count < MaxPayments))
        {
            var sent = time.GetTimestamp();
            answers.AddRange(await send(Batch));
            if (IsGuardOff && platform.Pace.Minute / BatchesInMinute - time.GetElapsedTime(sent) is { Ticks: > 0 } left)
                await Task.Delay(left, time, cancellation);
            condemned = await FindAsync(admin, watched.Version, cancellation);
        }

        var before = FaultCounts.From(proxy, answers);
        if (condemned is null)
        {
            terminal.Warn($"{watched.Name} version {watched.Version} failed {before.Failed:N0} of {before.Reached:N0} calls and was " +
                $"not rolled back");
            return RollbackReport.From(watched, began, null, before, before, alarms);
        }

        // 3
        answers.AddRange(await send(Later));
        var report = RollbackReport.From(watched, began, condemned, before, FaultCounts.From(proxy, answers), alarms);
        report.Print(terminal, platform.Pace.Minute);
        terminal.Show(await admin.StatusAsync(cancellation), status => StatusReport.Render(status, ReportForm.For(terminal, "")));
        return report;
    }

    private void Announce(VariantPlan watched, DateTimeOffset began)
    {
        terminal.Say($"[bold]{began:HH:mm:ss.fff} {watched.Name} version {watched.Version} starts failing {FailedShare:0%} " +
            "of its calls[/]");
        terminal.Say("  how              a proxy in front of it injects the errors; payments continue");
        if (IsGuardOff)
            terminal.Say($"  pace             the guard is off, and a minute lasts {platform.Pace.Minute.TotalSeconds:0.##} s");
    }

    private static async Task<CondemnedVersion?> FindAsync(AdminClient admin, ModelVersion version, CancellationToken cancellation) =>
        (await admin.StatusAsync(cancellation)).Models.FirstOrDefault(
            static model => model.Model == DemoModel.Name)?.Condemned.FirstOrDefault(condemned => condemned.Version == version);
}

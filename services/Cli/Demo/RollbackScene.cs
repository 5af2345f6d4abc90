using System.Globalization;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Sample;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>
/// The last scene of a demo: the canary begins to fail, the guard condemns it, and no caller sees a failure. Where the guard is off it is
/// <see cref="AlarmScene"/>.
/// </summary>
/// <param name="platform">The platform.</param>
/// <param name="terminal">Where it is told.</param>
/// <param name="time">The clock.</param>
internal sealed class RollbackScene(Platform platform, Terminal terminal, TimeProvider time)
{
    internal const double FailedShare = 0.2;
    private const int Bunch = 100;
    private const int After = 1_000;

    // Beyond it the guard did not do what it is there for.
    private const int Most = 40_000;

    /// <summary>Plays it; false when the version was not condemned, or a caller saw a failure.</summary>
    internal async Task<bool> PlayAsync(IReadOnlyList<SampleRow> rows, CancellationToken cancellation)
    {
        if (!platform.Plan.Rollouts.TryGetValue(DemoModel.Name, out var rollout) || rollout.Variants.FirstOrDefault(static variant => variant.Name != VariantPlan.Stable && variant.Weight > 0) is not { } watched)
        {
            terminal.Say("[yellow]Nothing is rolled back in this demo: the stack file gives no traffic to a canary[/]");
            return true;
        }

        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        if (await FindAsync(admin, watched.Version, cancellation) is not null)
        {
            terminal.Say($"[yellow]Nothing is rolled back in this demo: version {watched.Version} is condemned already[/]");
            return true;
        }

        await using var proxy = await FaultProxy.StartAsync(FailedShare, platform.Pace.GuardOff ? Fault.Late : Fault.Broken, cancellation);
        await platform.InterposeAsync(DemoModel.Name, watched.Version, proxy, cancellation);
        try
        {
            return platform.Pace.GuardOff
                ? await new AlarmScene(platform, terminal, time).PlayAsync(rows, rollout, watched, proxy, admin, cancellation)
                : await PlayAsync(rows, rollout, watched, proxy, admin, cancellation);
        }
        finally
        {
            platform.RemoveProxy();
        }
    }

    private async Task<bool> PlayAsync(IReadOnlyList<SampleRow> rows, RolloutPlan rollout, VariantPlan watched, FaultProxy proxy, AdminClient admin, CancellationToken cancellation)
    {
        using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, rows, time);
        var began = time.GetUtcNow();
        terminal.Say($"[bold]{began:HH:mm:ss.fff} {watched.Name} version {watched.Version} begins to fail on {FailedShare:0%} of its calls[/] (a proxy before it does; payments keep coming)");
        var answers = new List<DemoAnswer>();
        CondemnedVersion? condemned = null;
        while (condemned is null && answers.Count < Most)
        {
            answers.AddRange(await traffic.SendAsync(Bunch, rollout.RoutingKeyHeader, static () => { }, cancellation));
            condemned = await FindAsync(admin, watched.Version, cancellation);
        }

        if (condemned is null)
        {
            terminal.Warn($"{watched.Name} version {watched.Version} failed {proxy.Failed} of {proxy.Calls} calls and was not rolled back");
            return false;
        }

        var (reached, failed, sent) = (proxy.Calls, proxy.Failed, answers.Count);
        answers.AddRange(await traffic.SendAsync(After, rollout.RoutingKeyHeader, static () => { }, cancellation));
        var seen = answers.Count(static answer => answer.Failure is not null);
        var more = proxy.Calls - reached;
        terminal.Say($"[bold]{condemned.Time.ToUniversalTime():HH:mm:ss.fff} the guard rolled it back[/], {Number((condemned.Time - began).TotalSeconds)} s after the first payment that it could fail");
        terminal.Say($"  evidence         {Markup.Escape(condemned.Summary ?? "none")}");
        terminal.Say($"  reached it       {reached:N0} of {sent:N0} payments; {failed:N0} of them failed there, and stable answered each of these");
        terminal.Say($"  after that       {more:N0} of {After:N0} payments reached it");
        terminal.Say($"  failures seen    {seen:N0} of {answers.Count:N0} payments failed for their callers");
        terminal.Show(await admin.StatusAsync(cancellation), StatusReport.Render);
        return seen == 0 && more == 0;
    }

    internal static async Task<CondemnedVersion?> FindAsync(AdminClient admin, ModelVersion version, CancellationToken cancellation) =>
        (await admin.StatusAsync(cancellation)).Models.FirstOrDefault(static model => model.Model == DemoModel.Name)?.Condemned.FirstOrDefault(condemned => condemned.Version == version);

    private static string Number(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}

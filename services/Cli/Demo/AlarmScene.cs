using System.Globalization;
using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Cli.Up.Functions;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Monitoring;
using ModelServing.Sample;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>
/// The last scene of a demo whose guard is off: the canary begins to fail, ModelMetrics' numbers show it, an alarm fires, its message calls
/// Rollback, and the version is condemned. Nothing on this road asks a router.
/// </summary>
/// <param name="platform">The platform.</param>
/// <param name="terminal">Where it is told.</param>
/// <param name="time">The clock.</param>
internal sealed class AlarmScene(Platform platform, Terminal terminal, TimeProvider time)
{
    private const int Bunch = 100;
    private const int After = 1_000;

    // The road takes four to six; beyond this it did not do what it is there for.
    private const int MostMinutes = 30;

    /// <summary>Plays it; false when the version was not condemned by an alarm, or a caller saw a failure.</summary>
    internal async Task<bool> PlayAsync(IReadOnlyList<SampleRow> rows, RolloutPlan rollout, VariantPlan watched, FaultProxy proxy, AdminClient admin, CancellationToken cancellation)
    {
        using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, rows, time);
        (AlarmTransition Alarm, FunctionCaller.FunctionResult Answer)? acted = null;
        platform.Functions.Delivered = (alarm, answer) => acted ??= (alarm, answer);
        platform.Functions.Monitoring.Posted = ReportPost;
        try
        {
            var began = time.GetUtcNow();
            terminal.Say($"[bold]{began:HH:mm:ss.fff} {watched.Name} version {watched.Version} begins to be too late on {RollbackScene.FailedShare:0%} of its calls[/] (a proxy holds them back; the guard is off, and a minute lasts {platform.Pace.Minute.TotalSeconds:0.##} s)");
            var answers = new List<DemoAnswer>();
            CondemnedVersion? condemned = null;
            while (condemned is null && time.GetUtcNow() - began < MostMinutes * platform.Pace.Minute)
            {
                answers.AddRange(await traffic.SendAsync(Bunch, rollout.RoutingKeyHeader, static () => { }, cancellation));
                condemned = await RollbackScene.FindAsync(admin, watched.Version, cancellation);
            }

            if (condemned is null)
            {
                terminal.Warn($"{watched.Name} version {watched.Version} was too late on {proxy.Failed} of {proxy.Calls} calls, and no alarm had it rolled back within {MostMinutes} minutes of {platform.Pace.Minute.TotalSeconds:0.##} s");
                return false;
            }

            var (reached, failed, sent) = (proxy.Calls, proxy.Failed, answers.Count);
            answers.AddRange(await traffic.SendAsync(After, rollout.RoutingKeyHeader, static () => { }, cancellation));
            var seen = answers.Count(static answer => answer.Failure is not null);
            var more = proxy.Calls - reached;
            var took = condemned.Time - began;
            terminal.Say($"[bold]{condemned.Time.ToUniversalTime():HH:mm:ss.fff} the function Rollback condemned it[/], {Number(took / platform.Pace.Minute)} minutes after the first payment that it could fail");
            terminal.Say($"  evidence         {Markup.Escape(condemned.Summary ?? "none")}");
            if (acted is { } call)
                terminal.Say($"  it answered      {Markup.Escape(call.Answer.Line)}");
            terminal.Say($"  reached it       {reached:N0} of {sent:N0} payments; {failed:N0} of them failed there, and stable answered each of these");
            terminal.Say($"  after that       {more:N0} of {After:N0} payments reached it");
            terminal.Say($"  failures seen    {seen:N0} of {answers.Count:N0} payments failed for their callers");
            terminal.Show(await admin.StatusAsync(cancellation), StatusReport.Render);
            return seen == 0 && more == 0 && acted is not null;
        }
        finally
        {
            platform.Functions.Delivered = null;
            platform.Functions.Monitoring.Posted = null;
        }
    }

    // A minute's numbers as they were posted: each minute is a post of its own.
    private void ReportPost(MetricPost post)
    {
        var failures = post.MetricData.Where(static data => data.Name == ModelMetric.Failure && data.Dimensions.GetValueOrDefault(ModelMetric.Model) == DemoModel.Name.Text).ToList();
        if (failures.Count == 0)
            return;
        var minute = failures.SelectMany(static data => data.Datapoints).Min(static point => point.Timestamp);
        var parts = failures.OrderByDescending(static data => data.Dimensions[ModelMetric.Watched], StringComparer.Ordinal).Select(static data =>
        {
            var requests = data.Datapoints.Sum(static point => point.Count);
            var failed = data.Datapoints.Sum(static point => point.Value * point.Count);
            return string.Create(CultureInfo.InvariantCulture, $"{data.Dimensions[ModelMetric.Variant]} version {data.Dimensions[ModelMetric.Version]}: {requests:N0} requests, {failed / requests:0.0%} failed");
        });
        terminal.Say($"[dim]{time.GetUtcNow():HH:mm:ss.fff} the minute of {minute:HH:mm:ss}: {Markup.Escape(string.Join("; ", parts))}[/]");
    }

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}

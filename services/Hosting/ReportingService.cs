namespace ModelServing.Hosting;

/// <summary>Reports the state of this process six times a minute, the last time at the minute's end, and once more when it stops. A killed
/// process loses what it had to report since the last time.</summary>
/// <param name="loop">The name of the loop, for logs.</param>
/// <param name="minute">The length of a minute.</param>
/// <param name="time">The clock.</param>
public abstract class ReportingService(string loop, TimeSpan minute, TimeProvider time) : LoopingService
{
    private const int ReportsPerMinute = 6;

    protected TimeProvider Time => time;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await ReportAsync(isLeaving: true, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time for stopping is over; the process is about to be killed.
        }
    }

    /// <summary>Reports. A cache that is unavailable is not an exception.</summary>
    /// <param name="isLeaving">Whether the process stops.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    protected abstract Task ReportAsync(bool isLeaving, CancellationToken cancellation);

    /// <inheritdoc/>
    protected sealed override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        var period = minute / ReportsPerMinute;
        return loops.RunAsync(
            loop,
            async token =>
            {
                await ReportAsync(isLeaving: false, token);
                var elapsed = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks % period.Ticks;
                await Task.Delay(TimeSpan.FromTicks(period.Ticks - elapsed), time, token);
            },
            stopping);
    }
}

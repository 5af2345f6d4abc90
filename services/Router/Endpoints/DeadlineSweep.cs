using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>Every <see cref="Period"/>, cuts off requests past their deadline; every second, closes connections that were idle for too
/// long.</summary>
internal sealed class DeadlineSweep(OpenConnections connections, LiveEndpoints live, TimeProvider time) : LoopingService
{
    /// <summary>Deadlines are kept to within this time.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    // Less than the two minutes after which an idle server (Kestrel) closes the connection itself.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(60);

    // Short, because deadlines are not kept while the sweep pauses.
    private static readonly Backoff Pauses = new(Period, TimeSpan.FromSeconds(1));

    // When the process stops, Kestrel's own limit ends the requests that are still in flight.
    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        var nextReap = time.GetTimestamp();
        await loops.RunAsync(
            "deadlines",
            async token =>
            {
                await timer.WaitForNextTickAsync(token);
                var now = time.GetTimestamp();
                connections.ExpirePast(now);
                if (now < nextReap)
                    return;
                nextReap = now + time.TimestampFrequency;
                foreach (var endpoint in live())
                    endpoint.CloseIdleSince(now - (long)(MaxIdle.TotalSeconds * time.TimestampFrequency));
            },
            stopping,
            Pauses);
    }
}

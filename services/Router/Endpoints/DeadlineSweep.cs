using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>Every <see cref="Period"/>, cuts off requests that are past their deadline or whose client has left.</summary>
internal sealed class DeadlineSweep(UpstreamCalls calls, TimeProvider time) : LoopingService
{
    /// <summary>Deadlines are kept, and clients that left are noticed, within this time.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    // Short, because deadlines are not kept while the sweep pauses.
    private static readonly Backoff Pauses = new(Period, TimeSpan.FromSeconds(1));

    // When the process stops, Kestrel's own limit ends the requests that are still in flight.
    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        await loops.RunAsync(
            "deadlines",
            async token =>
            {
                await timer.WaitForNextTickAsync(token);
                calls.CutOffDue(time.GetTimestamp());
            },
            stopping,
            Pauses);
    }
}

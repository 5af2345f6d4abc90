using Microsoft.Extensions.Hosting;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>Every <see cref="Period"/>, cuts off requests past their deadline; every second, closes connections that were idle for too
/// long.</summary>
internal sealed class DeadlineSweep(OpenConnections connections, LiveEndpoints live, TimeProvider time) : BackgroundService
{
    /// <summary>Deadlines are kept to within this time.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    // Less than the two minutes after which an idle server (Kestrel) closes the connection itself.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(60);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var nextReap = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var now = time.GetTimestamp();
                connections.ExpirePast(now);
                if (now < nextReap)
                    continue;
                nextReap = now + time.TimestampFrequency;
                foreach (var endpoint in live())
                    endpoint.CloseIdleSince(now - (long)(MaxIdle.TotalSeconds * time.TimestampFrequency));
            }
        }
        catch (OperationCanceledException)
        {
            // The process is stopping. Kestrel's own limit ends the requests that are still in flight.
        }
    }
}

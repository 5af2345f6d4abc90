using Microsoft.Extensions.Hosting;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Endpoints;

/// <summary>Looks every <see cref="Period"/> for requests past their deadline and for connections that were idle too long.</summary>
internal sealed class DeadlineSweep(OpenConnections connections, RoutingTableHolder holder, TimeProvider time) : BackgroundService
{
    /// <summary>A deadline is kept to within this time.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    // Below the two minutes after which an idle server (Kestrel) closes by itself.
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
                foreach (var endpoint in holder.Current?.Endpoints.Values ?? [])
                    endpoint.CloseIdleSince(now - (long)(MaxIdle.TotalSeconds * time.TimestampFrequency));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: Kestrel's own limit ends what is still in flight.
        }
    }
}

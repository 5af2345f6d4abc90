using ModelServing.Hosting;

namespace ModelServing.Router.Endpoints;

/// <summary>
/// Probes the endpoints that get no requests, and brings back those whose version is ready: unreachable ones at once, ejected ones when
/// their ejection is over. Endpoints that get requests are not probed, because the requests show their health. What else must know whether
/// they are ready, asks (<see cref="AskedReadiness"/>).
/// </summary>
internal sealed class ReadinessProbe(LiveEndpoints live, TimeProvider time) : LoopingService
{
    /// <summary>The time between two rounds.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>How many endpoints are probed at a time; the one that has waited longest comes first.</summary>
    internal const int MaxAtATime = 16;

    // Guarded by gate: when each unavailable endpoint was last probed, and which probes are in flight.
    private readonly Dictionary<Endpoint, long> lastProbes = [];
    private readonly HashSet<Endpoint> probing = [];
    private readonly Lock gate = new();

    // The token ends the probes in flight too.
    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        await loops.RunAsync(
            "readiness probes",
            async token =>
            {
                await timer.WaitForNextTickAsync(token);
                ProbeUnavailable(token);
            },
            stopping);
    }

    private void ProbeUnavailable(CancellationToken stopping)
    {
        var unavailable = live().Where(static endpoint => endpoint.Health.CanProbe()).ToList();
        lock (gate)
        {
            foreach (var endpoint in lastProbes.Keys.Except(unavailable).ToList())
                lastProbes.Remove(endpoint);
            var next = unavailable.Except(probing)
                .OrderBy(endpoint => lastProbes.GetValueOrDefault(endpoint))
                .Take(MaxAtATime - probing.Count)
                .ToList();
            foreach (var endpoint in next)
            {
                lastProbes[endpoint] = time.GetTimestamp();
                probing.Add(endpoint);
                _ = ProbeAsync(endpoint, stopping);
            }
        }
    }

    private async Task ProbeAsync(Endpoint endpoint, CancellationToken stopping)
    {
        // The caller holds the gate, and the rest may complete synchronously and take it.
        await Task.Yield();
        try
        {
            if (await AskedReadiness.AskAsync(endpoint, time, stopping))
                endpoint.Health.MarkReady();
        }
        catch (Exception)
        {
            // Whatever it is, the endpoint did not answer that it is ready. The next probe comes with a later round.
        }
        finally
        {
            lock (gate)
                probing.Remove(endpoint);
        }
    }
}

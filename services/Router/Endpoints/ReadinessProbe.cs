using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Endpoints;

/// <summary>
/// Asks the endpoints that are out whether their version is ready there, and brings back those that say so: unreachable ones at once,
/// ejected ones when their time is over. Those that get requests are not asked: the requests show how they are.
/// </summary>
internal sealed class ReadinessProbe : BackgroundService
{
    /// <summary>The time between two looks at what is out.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an answer may take.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>So many are asked at a time; who waits longest comes first.</summary>
    internal const int Most = 16;

    private readonly RoutingTableHolder holder;
    private readonly TimeProvider time;

    // Guarded by gate: when each that is out was asked last, and who is being asked.
    private readonly Dictionary<Endpoint, long> asked = [];
    private readonly HashSet<Endpoint> asking = [];
    private readonly Lock gate = new();

    public ReadinessProbe(RoutingTableHolder holder, RouterMetrics metrics, TimeProvider time)
    {
        this.holder = holder;
        this.time = time;
        metrics.Show(holder);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                ProbeUnavailable(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Stopping: who is being asked is abandoned by the same token.
        }
    }

    private void ProbeUnavailable(CancellationToken stopping)
    {
        var isOut = (holder.Current?.Endpoints.Values ?? []).Where(static endpoint => endpoint.Health.CanProbe()).ToList();
        lock (gate)
        {
            foreach (var endpoint in asked.Keys.Except(isOut).ToList())
                asked.Remove(endpoint);
            foreach (var endpoint in isOut.Except(asking).OrderBy(endpoint => asked.GetValueOrDefault(endpoint)).Take(Most - asking.Count).ToList())
            {
                asked[endpoint] = time.GetTimestamp();
                asking.Add(endpoint);
                _ = AskAsync(endpoint, stopping);
            }
        }
    }

    private async Task AskAsync(Endpoint endpoint, CancellationToken stopping)
    {
        // The loop's thread goes on: what follows may end at once, and takes the gate.
        await Task.Yield();
        try
        {
            if (await IsReadyAsync(endpoint, stopping))
                endpoint.Health.MarkReady();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ConnectionEndedException or BadAnswerException)
        {
            // It is not ready.
        }
        finally
        {
            lock (gate)
                asking.Remove(endpoint);
        }
    }

    private async Task<bool> IsReadyAsync(Endpoint endpoint, CancellationToken stopping)
    {
        using var connection = endpoint.Create();
        connection.Begin(time.GetTimestamp() + (long)(Limit.TotalSeconds * time.TimestampFrequency), stopping);
        try
        {
            await connection.ConnectAsync(endpoint.Address);
            var (model, version) = (endpoint.Entry.Model, endpoint.Entry.Version);
            await connection.SendAsync(Encoding.ASCII.GetBytes($"GET {InferencePaths.Model(model, version)}/ready HTTP/1.1\r\nHost: {endpoint.Address}\r\nConnection: close\r\n\r\n"));
            AnswerHead head;
            while (!AnswerHead.TryParse(connection.Received, out head))
                connection.Take(await connection.ReceiveAsync());
            return head.Status == StatusCodes.Status200OK;
        }
        finally
        {
            connection.End();
        }
    }
}

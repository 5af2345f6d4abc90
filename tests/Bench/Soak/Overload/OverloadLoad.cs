using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>Sends a mix of requests, one after another on some connections, or at a steady rate whether answers come or not.</summary>
internal sealed class OverloadLoad : IDisposable
{
    // More than the service's queue and its answers on the way. A request that finds none of them free waits for one.
    private const int MostConnections = 3000;

    private readonly IPEndPoint address;
    private readonly OverloadRequest[] hundred;
    private readonly ConcurrentBag<OverloadConnection> idle = [];
    private readonly SemaphoreSlim free = new(MostConnections);

    internal OverloadLoad(IPEndPoint address, IReadOnlyList<OverloadRequest> requests)
    {
        this.address = address;
        hundred = [.. requests.SelectMany(static request => Enumerable.Repeat(request, request.Percent))];
        Requests = requests;
        Restart();
    }

    internal IReadOnlyList<OverloadRequest> Requests { get; }

    /// <summary>How the requests of each kind ended, since the last <see cref="Restart"/>.</summary>
    internal IReadOnlyDictionary<OverloadRequest, OverloadTally> Tallies { get; private set; } = null!;

    internal int Answered => Tallies.Values.Sum(static tally => tally.Answered);

    public void Dispose()
    {
        while (idle.TryTake(out var connection))
            connection.Dispose();
        free.Dispose();
    }

    internal void Restart() => Tallies = Requests.ToDictionary(static request => request, static _ => new OverloadTally());

    /// <summary>Sends one request after another on each connection, and returns how many were answered in a second.</summary>
    internal async Task<double> SaturateAsync(int connections, TimeSpan time, CancellationToken cancellation)
    {
        Restart();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(
            async () =>
            {
                var random = new Random(i);
                while (Stopwatch.GetElapsedTime(began) < time)
                    await SendAsync(Some(random));
            },
            cancellation)));
        return Answered / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Sends so many requests in a second. Returns when the last one has ended.</summary>
    internal async Task RunAsync(double perSecond, TimeSpan time, CancellationToken cancellation)
    {
        Restart();
        // On a thread of its own, because those of the pool are busy with answers.
        await Task.Factory.StartNew(
            () => Send(perSecond, time, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var i = 0; i < MostConnections; i++)
            await free.WaitAsync(CancellationToken.None);
        free.Release(MostConnections);
    }

    private void Send(double perSecond, TimeSpan time, CancellationToken cancellation)
    {
        var random = new Random(1);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0L; Stopwatch.GetElapsedTime(began) < time; Thread.Sleep(1))
        {
            for (var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond); sent < due; sent++)
            {
                free.Wait(cancellation);
                var request = Some(random);
                ThreadPool.UnsafeQueueUserWorkItem(
                    static one => _ = one.load.SendAndFreeAsync(one.request), (load: this, request), preferLocal: false);
            }
        }
    }

    private async Task SendAndFreeAsync(OverloadRequest request)
    {
        try
        {
            await SendAsync(request);
        }
        finally
        {
            free.Release();
        }
    }

    private async Task SendAsync(OverloadRequest request)
    {
        var connection = idle.TryTake(out var one) ? one : new OverloadConnection(address);
        await connection.SendAsync(request, Tallies[request]);
        idle.Add(connection);
    }

    private OverloadRequest Some(Random random) => hundred[random.Next(hundred.Length)];
}

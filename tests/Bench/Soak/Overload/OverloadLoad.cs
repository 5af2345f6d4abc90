using System.Diagnostics;
using System.Net;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>Sends a mix of requests, one after another on some connections, or at a steady rate whether answers come or not. One thread
/// does it all, with bytes that were made before: the service has the same processors.</summary>
internal sealed class OverloadLoad : IDisposable
{
    // More than the service's queue and its answers on the way.
    private const int MostConnections = 3000;

    // No answer takes longer, so the service hangs.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly IPEndPoint address;
    private readonly OverloadRequest[] hundred;
    private readonly ReadablePoll poll = new();
    private readonly List<OverloadConnection> connections = [];
    // In rotation: the service closes a connection that is idle for two minutes, perhaps just when a request is sent on it.
    private readonly Queue<OverloadConnection> idle = [];
    private readonly List<float> delays = [];

    internal OverloadLoad(IPEndPoint address, IReadOnlyList<OverloadRequest> requests)
    {
        this.address = address;
        hundred = [.. requests.SelectMany(static request => Enumerable.Repeat(request, request.Percent))];
        Requests = requests;
        Restart();
    }

    internal IReadOnlyList<OverloadRequest> Requests { get; }

    /// <summary>How the requests of each kind ended, since the load began.</summary>
    internal IReadOnlyDictionary<OverloadRequest, OverloadTally> Tallies { get; private set; } = null!;

    /// <summary>The requests that were not sent, because every connection waited for an answer.</summary>
    internal int Unsent { get; private set; }

    private int Busy => connections.Count - idle.Count;

    /// <summary>The time in milliseconds within which this share of the requests was sent, after it should have been.</summary>
    internal double SentWithin(double share) => OverloadTally.At(delays, share);

    public void Dispose()
    {
        foreach (var connection in connections)
            connection.Dispose();
        poll.Dispose();
    }

    /// <summary>Sends one request after another on each of some connections, and returns how many were answered in a second, and how many
    /// rows they had.</summary>
    internal Task<(double Requests, double Rows)> SaturateAsync(int count, TimeSpan time) => Task.Factory.StartNew(
        () => Saturate(count, time), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Sends so many requests in a second. Returns when the last one has ended.</summary>
    internal Task RunAsync(double perSecond, TimeSpan time, CancellationToken cancellation) => Task.Factory.StartNew(
        () => Run(perSecond, time, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private (double Requests, double Rows) Saturate(int count, TimeSpan time)
    {
        Restart();
        var random = new Random(1);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            SendOne();
        while (Busy > 0)
        {
            var freed = Read(HangLimit);
            if (freed < 0)
                throw new BenchException($"no answer came for {HangLimit.TotalSeconds:0} s");
            for (; freed > 0 && Stopwatch.GetElapsedTime(began) < time; freed--)
                SendOne();
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return (
            Tallies.Sum(static one => one.Value.Answered) / seconds,
            Tallies.Sum(static one => (double)one.Key.Rows * one.Value.Answered) / seconds);

        void SendOne()
        {
            const int MostFailures = 1000;
            for (var i = 0; !Send(hundred[random.Next(hundred.Length)]); i++)
            {
                if (i == MostFailures)
                    throw new BenchException("no request can be sent");
            }
        }
    }

    private void Run(double perSecond, TimeSpan time, CancellationToken cancellation)
    {
        Restart();
        // To connect waits for a second if the service does not accept at once. That would be a part of the load then.
        while (connections.Count < MostConnections)
        {
            var connection = new OverloadConnection(address, connections.Count);
            connections.Add(connection);
            idle.Enqueue(connection);
            connection.Open(poll);
        }

        var random = new Random(1);
        var began = Stopwatch.GetTimestamp();
        var sent = 0L;
        while (Stopwatch.GetElapsedTime(began) is var elapsed && elapsed < time)
        {
            cancellation.ThrowIfCancellationRequested();
            for (; sent < elapsed.TotalSeconds * perSecond; sent++)
            {
                delays.Add((float)((Stopwatch.GetElapsedTime(began).TotalSeconds - (sent / perSecond)) * 1000));
                if (idle.Count == 0)
                    Unsent++;
                else
                    Send(hundred[random.Next(hundred.Length)]);
            }

            // The answers of a millisecond are read together. To wait for each would wake this thread as often as there are answers.
            Thread.Sleep(1);
            while (Read(TimeSpan.Zero) > 0)
            {
            }
        }

        while (Busy > 0 && Read(HangLimit) >= 0)
        {
        }

        foreach (var connection in connections)
        {
            if (connection.Request is { } request)
                Tallies[request].AddFault(request, "no answer");
        }
    }

    private void Restart()
    {
        Tallies = Requests.ToDictionary(static request => request, static _ => new OverloadTally());
        delays.Clear();
        Unsent = 0;
    }

    // Whether an answer will come.
    private bool Send(OverloadRequest request)
    {
        if (!idle.TryDequeue(out var connection))
            connections.Add(connection = new OverloadConnection(address, connections.Count));
        if (connection.Send(request, poll, Tallies[request]))
            return true;
        idle.Enqueue(connection);
        return false;
    }

    // How many connections are free again; less than none if nothing came.
    private int Read(TimeSpan most)
    {
        var readable = poll.Wait(most);
        var freed = 0;
        foreach (var key in readable)
        {
            var connection = connections[key];
            if (!connection.TryRead(connection.Request is { } request ? Tallies[request] : null))
                continue;
            idle.Enqueue(connection);
            freed++;
        }

        return readable.IsEmpty ? -1 : freed;
    }
}

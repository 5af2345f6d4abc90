using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// One rollout that is watched by a real guard in each of some routers, and simulated failure by failure: time jumps from one event to the
/// next. Whenever the watched variant has failed, the guard is asked on the sum over routers and on the router's own counts.
/// </summary>
/// <param name="policy">What the guard goes by.</param>
/// <param name="routers">How many routers there are. Each request goes to any of them.</param>
/// <param name="seed">Equal seeds give equal rollouts.</param>
public sealed class SimulatedRollout(GuardPolicy policy, int routers, int seed)
{
    private readonly GuardRecorder[] recorders = [.. Enumerable.Range(0, routers).Select(static _ => new GuardRecorder())];
    private readonly List<byte[]> counts = [.. Enumerable.Repeat(GuardCounts.Empty.ToBytes(), routers)];
    private readonly int[] places = [.. Enumerable.Range(0, routers)];
    private readonly Lookout sum = new(policy, GuardScope.Sum);
    private readonly Lookout[] own = [.. Enumerable.Range(0, routers).Select(_ => new Lookout(policy, GuardScope.Local))];
    // Both stand for what the routers share in the cache.
    private readonly FailedKeys keys = new();
    private readonly LostConnections lost = new();

    /// <summary>Minutes since the rollout began.</summary>
    public double Time { get; private set; }

    /// <summary>The watched variant's share of the traffic.</summary>
    public TrafficShare Share { get; set; }

    /// <summary>The guard is asked; without, it only counts.</summary>
    public bool IsAsked { get; set; } = true;

    /// <summary>The guard has condemned the watched version.</summary>
    public bool IsCondemned { get; private set; }

    /// <summary>How many failures the watched variant has had.</summary>
    public int WatchedFailures { get; private set; }

    /// <summary>Where chance comes from.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Lets time pass, until the version is condemned. Each kind of event happens at random moments, so often a minute.</summary>
    public void Pass(double minutes, params ReadOnlySpan<(double PerMinute, Action Event)> events)
    {
        var rate = 0.0;
        foreach (var (perMinute, _) in events)
            rate += perMinute;
        var end = Time + minutes;
        while (!IsCondemned)
        {
            Time -= Math.Log(1 - Random.NextDouble()) / rate;
            if (Time >= end)
                break;
            var left = Random.NextDouble() * rate;
            var which = 0;
            while (which < events.Length - 1 && left >= events[which].PerMinute)
                left -= events[which++].PerMinute;
            events[which].Event();
        }

        Time = end;
    }

    /// <summary>A first attempt fails.</summary>
    /// <param name="isWatched">It was given to the watched variant.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="key">The request's routing key.</param>
    public void Fail(bool isWatched, CallOutcome outcome = CallOutcome.Error, ulong? key = null) =>
        Tell(new Observation(isWatched, outcome, Share, Minute, key is { } one ? keys.Failed(one, Minute) : default));

    /// <summary>A first attempt of the watched variant succeeds.</summary>
    public void Succeed() => Tell(new Observation(IsWatched: true, CallOutcome.Succeeded, Share, Minute));

    /// <summary>A pod is killed with requests in flight.</summary>
    public void Kill(bool isWatched, string endpoint, int inFlight)
    {
        for (var i = 0; i < inFlight && !IsCondemned; i++)
        {
            if (lost.IsFailure(endpoint, TimeSpan.FromMinutes(Time)))
                Fail(isWatched);
        }
    }

    /// <summary>From now on the watched variant is at fault: its failures are counted from here.</summary>
    public void StartFault() => WatchedFailures = 0;

    /// <summary>A router is replaced by one that has counted nothing; what the former one published stays.</summary>
    public void ReplaceRouter()
    {
        var router = Random.Next(routers);
        recorders[router] = new GuardRecorder();
        places[router] = counts.Count;
        counts.Add(GuardCounts.Empty.ToBytes());
        own[router] = new Lookout(policy, GuardScope.Local);
    }

    private int Minute => (int)Time + 1;

    private void Tell(in Observation observation)
    {
        var router = routers == 1 ? 0 : Random.Next(routers);
        recorders[router].Record(observation);
        if (!observation.IsWatched || observation.Outcome == CallOutcome.Succeeded)
            return;
        WatchedFailures++;
        if (!IsAsked)
            return;
        if (sum.HasToLook(Share))
        {
            for (var i = 0; i < routers; i++)
                counts[places[i]] = recorders[i].Read().ToBytes();
            IsCondemned |= sum.Condemns(GuardCounts.Sum(counts.Select(static bytes => GuardCounts.Parse(bytes))));
        }

        if (own[router].HasToLook(Share))
            IsCondemned |= own[router].Condemns(recorders[router].Read());
    }
}

using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// One rollout, watched by a real guard in each of several routers and simulated failure by failure: time jumps from one event to the next.
/// After each failure of the watched variant, the guard decides on the sum over routers and on the router's own counts.
/// </summary>
/// <param name="policy">The guard's rules.</param>
/// <param name="routers">The number of routers. Each request goes to a random one.</param>
/// <param name="seed">Equal seeds give equal rollouts.</param>
public sealed class SimulatedRollout(GuardPolicy policy, int routers, int seed)
{
    /// <summary>The number of honest clients. Each sends an equal part of the requests.</summary>
    public const int Clients = 20;

    /// <summary>A client that knows the assignment and wants the version condemned.</summary>
    public const int Hostile = Clients;

    private readonly ClientRecorder[] recorders = [.. Enumerable.Range(0, routers).Select(_ => NewRecorder(seed))];

    // What all clients together did. Reading it is much cheaper than reading the counts of each group.
    private readonly GuardRecorder[] totals = [.. Enumerable.Range(0, routers).Select(static _ => new GuardRecorder())];

    private readonly List<byte[]> counts = [.. Enumerable.Repeat(ClientCounts.Empty.ToBytes(), routers)];
    private readonly int[] places = [.. Enumerable.Range(0, routers)];
    private readonly Lookout sum = new(policy, GuardScope.Sum);
    private readonly Lookout[] own = [.. Enumerable.Range(0, routers).Select(_ => new Lookout(policy, GuardScope.Local))];

    private double? condemnedAt;
    private double faultAt;
    private GuardCounts gone = GuardCounts.Empty;

    // These two represent the data that routers share in the cache.
    private readonly FailedKeys keys = new();
    private readonly LostConnections lost = new();

    /// <summary>Minutes since the rollout began.</summary>
    public double Time { get; private set; }

    /// <summary>The watched variant's share of the traffic.</summary>
    public TrafficShare Share { get; set; }

    /// <summary>Whether the guard decides; otherwise it only counts.</summary>
    public bool Decides { get; set; } = true;

    public bool IsCondemned { get; private set; }

    /// <summary>The minutes from the start, or from the fault, to the verdict; until now while there is no verdict.</summary>
    public double Minutes => (condemnedAt ?? Time) - faultAt;

    /// <summary>The number of the watched variant's failures.</summary>
    public int WatchedFailures { get; private set; }

    public Random Random { get; } = new(seed);

    /// <summary>Lets time pass until its end, or until the version is condemned. Each kind of event happens at random moments, at its
    /// average rate per minute.</summary>
    public void Pass(double minutes, params ReadOnlySpan<(double PerMinute, Action Event)> events)
    {
        var rate = 0.0;
        foreach (var (perMinute, _) in events)
            rate += perMinute;
        var end = Time + minutes;
        while (!IsCondemned && rate > 0)
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
    /// <param name="isWatched">Whether it was assigned to the watched variant.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="key">The request's routing key.</param>
    /// <param name="client">The client that sent it; null for a random honest one.</param>
    public void Fail(bool isWatched, CallOutcome outcome = CallOutcome.Error, ulong? key = null, int? client = null) => Report(
        client ?? Random.Next(Clients),
        new Observation(isWatched, outcome, Share, Minute, key is { } one ? keys.Failed(one, Minute) : default));

    /// <summary>A first attempt of the watched variant succeeds.</summary>
    public void Succeed() => Report(0, new Observation(IsWatched: true, CallOutcome.Succeeded, Share, Minute));

    /// <summary>A pod is killed with requests in flight.</summary>
    public void Kill(bool isWatched, string endpoint, int inFlight)
    {
        for (var i = 0; i < inFlight && !IsCondemned; i++)
        {
            if (lost.IsFailure(endpoint, TimeSpan.FromMinutes(Time)))
                Fail(isWatched);
        }
    }

    /// <summary>Starts the fault of the watched variant: its failures are counted from here.</summary>
    public void StartFault()
    {
        WatchedFailures = 0;
        faultAt = Time;
    }

    /// <summary>Replaces a router by one without counts. The counts that the old one published stay.</summary>
    public void ReplaceRouter()
    {
        var router = Random.Next(routers);
        counts[places[router]] = recorders[router].Read().ToBytes();
        gone = gone.Add(totals[router].Read());
        recorders[router] = NewRecorder(seed);
        totals[router] = new GuardRecorder();
        places[router] = counts.Count;
        counts.Add(ClientCounts.Empty.ToBytes());
        own[router] = new Lookout(policy, GuardScope.Local);
    }

    private int Minute => (int)Time + 1;

    // The groups differ from rollout to rollout, as they do from trial to trial.
    private static ClientRecorder NewRecorder(int seed)
    {
        var recorder = new ClientRecorder();
        for (var client = 0; client <= Hostile; client++)
            recorder.Requested(GroupOf(client, seed));
        return recorder;
    }

    private static int GroupOf(int client, int seed) => ClientGroups.GroupOf((ulong)client, (ulong)seed);

    private void Report(int client, in Observation observation)
    {
        var router = routers == 1 ? 0 : Random.Next(routers);
        recorders[router].Record(GroupOf(client, seed), observation);
        totals[router].Record(observation);
        if (!observation.IsWatched || observation.Outcome == CallOutcome.Succeeded)
            return;
        WatchedFailures++;
        if (!Decides)
            return;
        if (sum.MustCheck(Share) && sum.Suffices(totals.Aggregate(gone, static (all, one) => all.Add(one.Read()))))
        {
            for (var i = 0; i < routers; i++)
                counts[places[i]] = recorders[i].Read().ToBytes();
            IsCondemned |= sum.Condemns(ClientCounts.Sum(counts.Select(static bytes => ClientCounts.Parse(bytes))));
        }

        if (own[router].MustCheck(Share) && own[router].Suffices(totals[router].Read()))
            IsCondemned |= own[router].Condemns(recorders[router].Read());
        if (IsCondemned)
            condemnedAt = Time;
    }
}

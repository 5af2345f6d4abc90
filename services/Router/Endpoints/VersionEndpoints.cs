namespace ModelServing.Router.Endpoints;

/// <summary>The endpoints of one version in one table. Chooses the endpoint of a request, and decides which endpoints may be
/// ejected.</summary>
internal sealed class VersionEndpoints
{
    // Ejections are rare, and one lock for all tables keeps the ejected share exact.
    private static readonly Lock ejecting = new();

    private readonly Endpoint[] endpoints;
    private readonly long reachableUntil;
    private readonly PoolSuspicion suspicion;

    /// <summary>Creates the endpoints of a table.</summary>
    /// <param name="previous">The version's endpoints in the previous table; null for none.</param>
    /// <param name="time">The clock.</param>
    internal VersionEndpoints(Endpoint[] endpoints, VersionEndpoints? previous, TimeProvider time)
    {
        this.endpoints = endpoints;
        reachableUntil = previous?.UnreachableSince ?? time.GetTimestamp();
        suspicion = previous?.suspicion ?? new PoolSuspicion(time);
    }

    /// <summary>Whether the version runs in a pool, whose processes serve other versions too. One that moves into a pool has another
    /// process for a while.</summary>
    internal bool ArePooled
    {
        get
        {
            foreach (var endpoint in endpoints)
            {
                if (endpoint.IsShared)
                    return true;
            }

            return false;
        }
    }

    internal int Count => endpoints.Length;

    internal ReadOnlySpan<Endpoint> All => endpoints;

    internal Endpoint this[int i] => endpoints[i];

    /// <summary>Since when there is no endpoint that accepts connections, as the clock's timestamp; null while there may be one. The
    /// guard's rule about unreachable variants reads it. It survives changes of the endpoints.</summary>
    internal long? UnreachableSince
    {
        get
        {
            var since = reachableUntil;
            foreach (var endpoint in endpoints)
            {
                if (endpoint.Health.State != EndpointState.Unreachable)
                    return null;
                since = Math.Max(since, endpoint.Health.UnreachableSince);
            }

            return since;
        }
    }

    /// <summary>
    /// Chooses an endpoint: draws two among those in the best available state, and takes the one with fewer requests in flight ("power of
    /// two choices", Mitzenmacher 2001).
    /// </summary>
    /// <param name="tried">The endpoints that this request has tried already, as bits of their indices. Endpoints beyond the first 64 are
    /// never left out.</param>
    /// <param name="evenUnreachable">Whether an unreachable endpoint may be chosen as a last resort.</param>
    /// <returns>The endpoint's index; -1 for no endpoint.</returns>
    internal int Choose(ulong tried, bool evenUnreachable)
    {
        if (!evenUnreachable && ArePooled)
        {
            tried |= LeftOutOfPool();
            if (SingleInPool(tried) is var single and >= 0)
                return single;
        }

        if (tried == 0)
        {
            if (endpoints.Length == 1 && endpoints[0].Health.State != EndpointState.Unreachable)
                return 0;
            if (endpoints.Length > 1)
            {
                var one = Random.Shared.Next(endpoints.Length);
                var other = Random.Shared.Next(endpoints.Length - 1);
                other += other >= one ? 1 : 0;
                if (endpoints[one].Health.State == EndpointState.Ready && endpoints[other].Health.State == EndpointState.Ready)
                    return LessBusy(one, other);
            }
        }

        for (var state = EndpointState.Ready; state <= (evenUnreachable ? EndpointState.Unreachable : EndpointState.Ejected); state++)
        {
            if (ChooseUpTo(state, tried) is var chosen and >= 0)
                return chosen;
        }

        return -1;
    }

    /// <summary>The bit of an endpoint's index; 0 beyond the first 64.</summary>
    internal ulong MaskOf(Endpoint endpoint) => Array.IndexOf(endpoints, endpoint) is var i and >= 0 and < 64 ? 1UL << i : 0;

    /// <summary>Counts a good answer.</summary>
    internal void Succeeded(Endpoint endpoint)
    {
        endpoint.Health.Succeeded();
        suspicion.Succeeded(endpoint);
    }

    /// <summary>Notes that the connection of a variant beside stable was lost. The variant may have ended a process of its pool, and must
    /// not end the others too.</summary>
    internal void Lost(Endpoint endpoint)
    {
        if (endpoint.IsShared)
            suspicion.Begin();
    }

    /// <summary>
    /// Counts a failure of an endpoint and ejects it after enough failures in a row. It is not ejected if more than half of the version's
    /// endpoints would then be out, so the last one never is. Nor is it ejected if most of the others fail too: then the cause is the
    /// version or too much load, and fewer endpoints would make it worse.
    /// </summary>
    /// <returns>True if it was ejected.</returns>
    internal bool Failed(Endpoint endpoint)
    {
        if (!endpoint.Health.Failed() || endpoints.Length < 2)
            return false;
        lock (ejecting)
        {
            var (left, failing) = (0, 0);
            foreach (var other in endpoints)
            {
                if (other == endpoint || other.Health.State != EndpointState.Ready)
                    continue;
                left++;
                failing += other.Health.IsFailing ? 1 : 0;
            }

            return left * 2 >= endpoints.Length && failing * 2 <= left && endpoint.Health.Eject();
        }
    }

    /// <summary>The number of endpoints that get requests and whose version said that it is ready.</summary>
    internal int CountReady()
    {
        var count = 0;
        foreach (var endpoint in endpoints)
            count += endpoint.Health is { State: EndpointState.Ready, SaysReady: true } ? 1 : 0;
        return count;
    }

    /// <summary>Whether every endpoint that accepts connections said that it is not ready.</summary>
    internal bool SaysUnready
    {
        get
        {
            foreach (var endpoint in endpoints)
            {
                if (endpoint.Health.State != EndpointState.Unreachable && endpoint.Health.SaysReady)
                    return false;
            }

            return true;
        }
    }

    /// <summary>The number of endpoints in a state.</summary>
    internal int CountIn(EndpointState state)
    {
        var count = 0;
        foreach (var endpoint in endpoints)
            count += endpoint.Health.State == state ? 1 : 0;
        return count;
    }

    private ulong LeftOutOfPool()
    {
        var mask = 0UL;
        for (var i = 0; i < Math.Min(endpoints.Length, 64); i++)
            mask |= suspicion.Excludes(endpoints[i]) ? 1UL << i : 0;
        return mask;
    }

    // A variant beside stable begins at one process, so that a version that fails at each request ends one process only. All routers choose
    // the same. -1 if it has given enough good answers, or if the process is out.
    private int SingleInPool(ulong tried)
    {
        var (single, rank) = (-1, 0u);
        for (var i = 0; i < endpoints.Length; i++)
        {
            var endpoint = endpoints[i];
            if (endpoint.Health.IsProven)
                return -1;
            if (endpoint.Health.State == EndpointState.Ready && (i >= 64 || (tried & (1UL << i)) == 0)
                && (single < 0 || endpoint.Rank < rank))
                (single, rank) = (i, endpoint.Rank);
        }

        return single;
    }

    // Among endpoints in this state or a better one, so that an endpoint that comes back during the search is not missed.
    private int ChooseUpTo(EndpointState worst, ulong tried)
    {
        var count = 0;
        for (var i = 0; i < endpoints.Length; i++)
            count += Is(i) ? 1 : 0;
        if (count == 0)
            return -1;
        var one = Nth(Random.Shared.Next(count));
        if (count == 1 || one < 0)
            return one;
        var other = Nth(Random.Shared.Next(count));
        return other < 0 ? one : LessBusy(one, other);

        bool Is(int i) => endpoints[i].Health.State <= worst && (i >= 64 || (tried & (1UL << i)) == 0);

        // -1 if the states changed in the meantime.
        int Nth(int n)
        {
            for (var i = 0; i < endpoints.Length; i++)
            {
                if (Is(i) && n-- == 0)
                    return i;
            }

            return -1;
        }
    }

    private int LessBusy(int one, int other) => endpoints[other].InFlight < endpoints[one].InFlight ? other : one;
}

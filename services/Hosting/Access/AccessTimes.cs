namespace ModelServing.Hosting.Access;

/// <summary>How long the parts of an attempt took; null for a part that was not reached, or that this host does not know.</summary>
/// <param name="Total">From the request's head to the end of the attempt.</param>
public readonly record struct AccessTimes(TimeSpan Total)
{
    /// <summary>In the router: until the first attempt.</summary>
    public TimeSpan? Routing { get; init; }

    /// <summary>In the router: from the first attempt to the second.</summary>
    public TimeSpan? Failover { get; init; }

    /// <summary>In the router: this attempt.</summary>
    public TimeSpan? Version { get; init; }

    /// <summary>At the version: the body, into tensors.</summary>
    public TimeSpan? Read { get; init; }

    /// <summary>At the version: the features.</summary>
    public TimeSpan? Features { get; init; }

    /// <summary>At the version: the wait for a turn at the model.</summary>
    public TimeSpan? Queue { get; init; }

    /// <summary>At the version: the call of the model.</summary>
    public TimeSpan? Model { get; init; }

    /// <summary>At the version: the answer's text.</summary>
    public TimeSpan? Encode { get; init; }

    /// <summary>The parts, in the order in which they happen.</summary>
    public IEnumerable<(string Name, TimeSpan Time)> Parts()
    {
        (string Name, TimeSpan? Time)[] all =
        [
            ("routing", Routing), ("failover", Failover), ("version", Version), ("read", Read), ("features", Features), ("queue", Queue),
            ("model", Model), ("encode", Encode),
        ];
        foreach (var (name, time) in all)
        {
            if (time is { } known)
                yield return (name, known);
        }
    }
}

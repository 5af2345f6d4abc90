namespace ModelServing.Contracts.Splitting;

/// <summary>The headers between the function TrafficSplitter and the routers, beside those that Inference gets. A router reads them only on
/// the splitting port, and only from a caller that has the key.</summary>
public static class SplitHeaders
{
    /// <summary>The start of each of these names.</summary>
    public const string Prefix = "X-Split-";

    /// <summary>In a request: the key of the functions.</summary>
    public const string Key = Prefix + "Key";

    /// <summary>In a request: <see cref="Assigned"/> if the function assigned it, <see cref="Retried"/> if it is a retry on stable,
    /// <see cref="OnlyStable"/> if it could not assign it. Absent if the router is to do all that it does for a client of its
    /// own.</summary>
    public const string Call = Prefix + "Call";

    /// <summary>The value of <see cref="Call"/> for a first attempt.</summary>
    public const string Assigned = "assigned";

    /// <summary>The value of <see cref="Call"/> for a retry.</summary>
    public const string Retried = "retried";

    /// <summary>The value of <see cref="Call"/> for a request that only stable may answer: the function does not know the rollouts, or
    /// the router knows newer ones. The path names no version.</summary>
    public const string OnlyStable = "stable";

    /// <summary>In a first attempt: the hash of the routing key, in hexadecimal digits; absent if the client gave no key.</summary>
    public const string KeyHash = Prefix + "Key-Hash";

    /// <summary>In a first attempt: the routing key, percent-encoded, so that the router can record its keyed hash.</summary>
    public const string RoutingKey = Prefix + "Routing-Key";

    /// <summary>In the answer to a first attempt, and in the retry: the hash of the client's name, in hexadecimal digits.</summary>
    public const string Client = Prefix + "Client";

    /// <summary>In a retry: the variant that failed, its version, its trial and the kind of failure, in the form of
    /// <see cref="HeaderNames.ModelFailover"/>.</summary>
    public const string Failed = Prefix + "Failed";

    /// <summary>In the answer to a first attempt, and in the retry: the attempt limit in milliseconds. An answer that took longer has
    /// failed.</summary>
    public const string AttemptLimit = Prefix + "Attempt-Limit";

    /// <summary>In the answer to an attempt that got none from its version: why, in one of the words of
    /// <see cref="SplitResults"/>.</summary>
    public const string Result = Prefix + "Result";

    /// <summary>In the answer to an attempt whose connection was lost: the endpoint.</summary>
    public const string LostEndpoint = Prefix + "Lost-Endpoint";
}

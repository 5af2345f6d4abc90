namespace ModelServing.Contracts;

/// <summary>The HTTP headers that our programs give a meaning to, beside the standard ones.</summary>
public static class HeaderNames
{
    /// <summary>In every answer: the request's identifier, a ULID made by the router.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>In the answer to a request that was routed: the number of the version it went to.</summary>
    public const string ModelVersion = "X-Model-Version";

    /// <summary>In the answer to a request that was routed: the variant it was assigned to; <c>pinned</c> when it named the version. To
    /// Inference the router sends the same; absent there means <see cref="DirectVariant"/>. In a client's request: the variant that an
    /// authorised tester asks for.</summary>
    public const string ModelVariant = "X-Model-Variant";

    /// <summary>In a client's request: its API key, where it has no token in <c>Authorization</c>. It goes no further than the router.</summary>
    public const string ApiKey = "X-API-Key";

    /// <summary>In every answer to a client that has a limit: the limit (draft-ietf-httpapi-ratelimit-headers).</summary>
    public const string RateLimitPolicy = "RateLimit-Policy";

    /// <summary>In every answer to a client that has a limit: what is left of it (draft-ietf-httpapi-ratelimit-headers).</summary>
    public const string RateLimit = "RateLimit";

    /// <summary>What stands for a variant where a request came without the router.</summary>
    public const string DirectVariant = "direct";

    /// <summary>From the router to Inference: the rollout's revision.</summary>
    public const string ModelRevision = "X-Model-Revision";

    /// <summary>From the router to Inference: the number of the version's trial, from 1.</summary>
    public const string ModelTrial = "X-Model-Trial";

    /// <summary>From Inference to the router: what is to be said of an answer that is none of the status's business;
    /// <see cref="NonFinite"/> or absent.</summary>
    public const string ModelOutcome = "X-Model-Outcome";

    /// <summary>The value of <see cref="ModelOutcome"/> of an answer with an output that holds NaN or infinity.</summary>
    public const string NonFinite = "non-finite";

    /// <summary>In the answer to a request whose variant failed and that stable answered instead: the variant that failed.</summary>
    public const string ModelFailover = "X-Model-Failover";

    /// <summary>In a client's request: how long it waits for the answer, in whole milliseconds. It shortens the model's deadline and never
    /// lengthens it; what is left of it is passed on to Inference.</summary>
    public const string RequestTimeout = "X-Request-Timeout";
}

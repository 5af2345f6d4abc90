namespace ModelServing.Contracts;

/// <summary>The HTTP headers that our programs define, beside the standard ones.</summary>
public static class HeaderNames
{
    /// <summary>In every answer: the request's identifier, a ULID that the router creates.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>In an answer: how long its parts took, in milliseconds (W3C Server Timing). The router's parts come first.</summary>
    public const string ServerTiming = "Server-Timing";

    /// <summary>The part of <see cref="ServerTiming"/> that does not grow because of other requests: the version's own processor time. The
    /// router compares it with the limit of slow answers.</summary>
    public const string Work = "work";

    /// <summary>In the answer to a routed request: the number of its version.</summary>
    public const string ModelVersion = "X-Model-Version";

    /// <summary>In the answer to a routed request: its variant, or <c>pinned</c> if it named the version. The router sends the same to
    /// Inference, where its absence means <see cref="DirectVariant"/>. In a client's request: the variant that a tester selects.</summary>
    public const string ModelVariant = "X-Model-Variant";

    /// <summary>In a client's request: its API key, unless it has a token in <c>Authorization</c>. The router does not forward
    /// it.</summary>
    public const string ApiKey = "X-API-Key";

    /// <summary>In every answer to a client with a rate limit: the limit (draft-ietf-httpapi-ratelimit-headers).</summary>
    public const string RateLimitPolicy = "RateLimit-Policy";

    /// <summary>In every answer to a client with a rate limit: the rest of it (draft-ietf-httpapi-ratelimit-headers).</summary>
    public const string RateLimit = "RateLimit";

    /// <summary>Takes the place of a variant's name for a request that bypassed the router.</summary>
    public const string DirectVariant = "direct";

    /// <summary>In calls between the programs of one <c>ms up</c>: the secret of the run.</summary>
    public const string RunSecret = "X-Run-Secret";

    /// <summary>From the router to Inference, with a question for a model's metadata: the versions that a path may name, in their order, as
    /// in <c>1,2</c>. The metadata lists them.</summary>
    public const string ModelVersions = "X-Model-Versions";

    /// <summary>From the router to Inference: the rollout's revision.</summary>
    public const string ModelRevision = "X-Model-Revision";

    /// <summary>From the router to Inference: the number of the version's trial, from 1.</summary>
    public const string ModelTrial = "X-Model-Trial";

    /// <summary>From the router to Inference: the experiment, if the variant belongs to one.</summary>
    public const string ModelExperiment = "X-Model-Experiment";

    /// <summary>From the router to Inference: the keyed hash of the routing key, in hexadecimal digits, if predictions are logged with a
    /// key for hashes.</summary>
    public const string RoutingKeyHash = "X-Model-Key-Hash";

    /// <summary>From Inference to the router: a property of the answer that its status does not express; <see cref="NonFinite"/>,
    /// <see cref="Busy"/> or absent.</summary>
    public const string ModelOutcome = "X-Model-Outcome";

    /// <summary>The value of <see cref="ModelOutcome"/> if an output contains NaN or infinity.</summary>
    public const string NonFinite = "non-finite";

    /// <summary>The value of <see cref="ModelOutcome"/> if the request was refused because of other requests: too many wait, or there is no
    /// room for its bytes. That says nothing about the version.</summary>
    public const string Busy = "busy";

    /// <summary>In an answer: the feature views of which features are defaults, each with its worst reason, as in
    /// <c>card-activity=missing,terminal-risk=unavailable</c>. Absent if all features come from events.</summary>
    public const string FeatureDefaults = "X-Model-Feature-Defaults";

    /// <summary>In an answer of stable in place of a failed variant: that variant. The router sends the same to Inference, with the
    /// variant's version and trial and the failure's kind: <c>canary;version=2;trial=1;kind=error</c>.</summary>
    public const string ModelFailover = "X-Model-Failover";

    /// <summary>From the router to Inference, for a request to stable beside another variant: the rollout's attempt limit in milliseconds,
    /// at which that variant is cut off. An answer that takes longer is the same failure. So it counts as stable's failure, or, with
    /// <see cref="ModelFailover"/>, not as evidence against the variant.</summary>
    public const string FailoverWithin = "X-Model-Failover-Within";

    /// <summary>In an answer that may be a failure of its variant: why stable was not asked as well. <c>body-not-kept</c> if there was no
    /// room to keep the request's body.</summary>
    public const string ModelFailoverRefused = "X-Model-Failover-Refused";

    /// <summary>In an answer by gRPC that is an error: its reason, which is a part of the problem's type in an answer by HTTP.</summary>
    public const string ProblemReason = "X-Problem-Reason";

    /// <summary>In a client's request: how long it waits for the answer, in whole milliseconds. It can only shorten the model's deadline.
    /// The router passes the remaining time to Inference.</summary>
    public const string RequestTimeout = "X-Request-Timeout";

    /// <summary>In a request or an answer with binary tensor data: the length of the JSON before them, in bytes. 0 in a request whose body
    /// is the data of the only input (the Open Inference Protocol's binary extension).</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    /// <summary>From the router to Inference, for a request that a rollout assigned: the group of its client, from 0 to 31. Groups share
    /// the turns at the model, and their failures are counted apart.</summary>
    public const string ClientGroup = "X-Model-Client-Group";

    /// <summary>From the router to Inference, with the value <c>1</c>: the caller shortened the deadline, so a missed deadline is not the
    /// version's failure. With a body that is still arriving, <c>below=MILLISECONDS</c>: the same holds if less time is left when the body
    /// ends.</summary>
    public const string TimeoutShortened = "X-Request-Timeout-Shortened";
}

namespace ModelServing.Contracts.Splitting;

/// <summary>The values of <see cref="SplitHeaders.Result"/>.</summary>
public static class SplitResults
{
    /// <summary>No endpoint accepted a connection. The version has seen nothing of the request.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The connection was lost after the request was sent.</summary>
    public const string ConnectionLost = "connection-lost";

    /// <summary>The answer is not valid HTTP/1.1.</summary>
    public const string BadAnswer = "bad-answer";

    /// <summary>The version did not answer within the attempt limit or the deadline.</summary>
    public const string Late = "late";

    /// <summary>The rollout has changed: the variant, its version or its trial is another one now, or is condemned. The function reads the
    /// rollouts again and assigns once more.</summary>
    public const string Outdated = "outdated";

    /// <summary>The budget of retries is empty.</summary>
    public const string NoBudget = "no-budget";

    /// <summary>The request ended before an attempt was made, by the router's own rules.</summary>
    public const string Refused = "refused";
}

namespace ModelServing.Contracts.Predictions;

/// <summary>The paths on the API's port to which reporters post outcomes.</summary>
public static class OutcomePaths
{
    /// <summary>The start of all paths.</summary>
    public const string Prefix = "/v1";

    /// <summary>POST an <see cref="OutcomeBatch"/>; the answer is <see cref="StoredOutcomes"/>.</summary>
    public const string Outcomes = Prefix + "/outcomes";

    /// <summary>The start of the paths for one request.</summary>
    public const string Predictions = Prefix + "/predictions/";

    /// <summary>POST an <see cref="ObservedOutcome"/>; the answer is empty.</summary>
    public static string Outcome(string requestId) => $"{Predictions}{requestId}/outcome";
}

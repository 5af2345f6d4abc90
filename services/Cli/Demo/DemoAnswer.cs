namespace ModelServing.Cli.Demo;

/// <summary>The outcome of one request.</summary>
/// <param name="Variant">The variant that the response names; null if it names none.</param>
/// <param name="Version">The version that the response names; null if it names none.</param>
/// <param name="Took">The time from the request to the last byte of the response.</param>
/// <param name="Failure">Why the request failed; null on success.</param>
/// <param name="RequestId">The request's identifier; null if there was no response.</param>
/// <param name="Defaults">The views with default features, with the reason; null if all features come from events.</param>
internal readonly record struct DemoAnswer(
    string? Variant, int? Version, TimeSpan Took, string? Failure, string? RequestId = null, string? Defaults = null)
{
    /// <summary>Whether the payment was a fraud.</summary>
    internal bool IsFraud { get; init; }
}

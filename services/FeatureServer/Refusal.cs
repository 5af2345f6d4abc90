using ModelServing.Hosting;

namespace ModelServing.FeatureServer;

/// <summary>Why a request is refused.</summary>
/// <param name="Problem">The kind of problem.</param>
/// <param name="Detail">What is wrong, and what would be right.</param>
/// <param name="RetryAfter">How long to wait before a retry can help; null if it can't.</param>
internal sealed record Refusal(Problem Problem, string Detail, TimeSpan? RetryAfter = null);

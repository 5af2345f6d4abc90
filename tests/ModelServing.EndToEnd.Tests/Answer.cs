namespace ModelServing.EndToEnd.Tests;

/// <summary>An answer that a caller got.</summary>
/// <param name="Row">The row that was sent.</param>
/// <param name="Status">Its status; 0 when there was none, or not a whole one.</param>
/// <param name="Variant">The variant it names.</param>
/// <param name="Version">The version it names.</param>
/// <param name="ContentType">What it says it is.</param>
/// <param name="RetryAfter">When to try again.</param>
/// <param name="Body">Its body, or why there was none.</param>
/// <param name="Failover">The variant that failed before this one answered; empty for none.</param>
internal sealed record Answer(int Row, int Status, string Variant, string Version, string ContentType, TimeSpan? RetryAfter, string Body, string Failover);

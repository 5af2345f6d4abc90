namespace ModelServing.EndToEnd.Tests;

/// <summary>A response that a caller got.</summary>
/// <param name="Row">The row that was sent.</param>
/// <param name="Status">The status; 0 if there was no complete response.</param>
/// <param name="Variant">The variant that it names.</param>
/// <param name="Version">The version that it names.</param>
/// <param name="ContentType">The content type.</param>
/// <param name="RetryAfter">When to try again.</param>
/// <param name="Body">The body, or the reason why it is missing.</param>
/// <param name="Failover">The variant that failed before this one answered; empty for none.</param>
internal sealed record Answer(
    int Row,
    int Status,
    string Variant,
    string Version,
    string ContentType,
    TimeSpan? RetryAfter,
    string Body,
    string Failover);

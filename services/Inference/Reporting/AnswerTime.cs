namespace ModelServing.Inference.Reporting;

/// <summary>How long an answer took.</summary>
/// <param name="Latency">The time from the request's head to the end of the answer.</param>
/// <param name="OfVersion">The part of it that is the version's own.</param>
/// <param name="IsShortened">Whether the caller left the version less time than its model gives. Then a late answer is not its
/// failure.</param>
internal readonly record struct AnswerTime(TimeSpan Latency, TimeSpan OfVersion, bool IsShortened = false);

namespace ModelServing.Predictions.Records;

/// <summary>How long the parts of an attempt took.</summary>
/// <param name="Read">The body, into tensors.</param>
/// <param name="Wait">The wait for a turn at the model.</param>
/// <param name="Run">The call of the model.</param>
/// <param name="Write">The answer's text.</param>
/// <param name="Total">From the request's head to the record.</param>
/// <param name="Features">The features; zero without them.</param>
public readonly record struct RecordTimes(
    TimeSpan Read, TimeSpan Wait, TimeSpan Run, TimeSpan Write, TimeSpan Total, TimeSpan Features = default);

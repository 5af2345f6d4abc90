namespace ModelServing.Contracts.Predictions;

/// <summary>How long the parts of an attempt took, in milliseconds.</summary>
/// <param name="Read">The body, into tensors.</param>
/// <param name="Wait">The wait for a turn at the model.</param>
/// <param name="Run">The call of the model.</param>
/// <param name="Write">The answer's text.</param>
/// <param name="Total">From the request's head to the record.</param>
public sealed record PredictionLatency(double Read, double Features, double Wait, double Run, double Write, double Total);

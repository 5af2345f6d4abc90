using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary>What a row of one model costs in one way.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Way">How it comes.</param>
/// <param name="ProcessorMicroseconds">Processor time per request.</param>
/// <param name="Ratio">The same, of that of JSON.</param>
internal sealed record CallReport(string Model, string Way, Spread ProcessorMicroseconds, Spread Ratio);

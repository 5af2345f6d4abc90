using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary>The figures of one model in ONNX Runtime without a server.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Rows">The rows of each call.</param>
/// <param name="RowsPerSecond">Of all threads together.</param>
/// <param name="ProcessorMicroseconds">Processor time per row.</param>
internal sealed record InProcessReport(string Model, int Rows, Spread RowsPerSecond, Spread ProcessorMicroseconds);

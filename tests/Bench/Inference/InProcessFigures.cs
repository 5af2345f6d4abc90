namespace ModelServing.Bench.Inference;

/// <summary>The figures of ONNX Runtime without a server.</summary>
internal sealed record InProcessFigures(double RowsPerSecond, double ProcessorMicrosecondsPerRow);

namespace ModelServing.Bench.Functions;

/// <summary>The figures of one start.</summary>
/// <param name="Listening">Processor seconds until the function listened.</param>
/// <param name="Answered">Processor seconds until its first answer, including the start.</param>
/// <param name="Megabytes">The working set after the first answer.</param>
internal sealed record FunctionStart(double Listening, double Answered, double Megabytes);

namespace ModelServing.Bench.Functions;

/// <summary>One start.</summary>
/// <param name="Listening">Processor seconds until it listened.</param>
/// <param name="Answered">Processor seconds until its first answer, the start included.</param>
/// <param name="Megabytes">The memory that it had then.</param>
internal sealed record FunctionStart(double Listening, double Answered, double Megabytes);

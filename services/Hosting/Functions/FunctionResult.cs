namespace ModelServing.Hosting.Functions;

/// <summary>What came of a call.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="IsFault">Whether it is the function's own fault: its handler threw.</param>
internal sealed record FunctionResult(FunctionAnswer Answer, bool IsFault = false);

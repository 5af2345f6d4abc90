namespace ModelServing.Functions.Listener;

/// <summary>The result of a call.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="IsFault">Whether the function itself failed: its handler threw.</param>
internal sealed record FunctionResult(FunctionAnswer Answer, bool IsFault = false);

namespace ModelServing.Functions.Listener;

/// <summary>The result of a call.</summary>
/// <param name="IsFault">Whether the function itself failed: its handler threw.</param>
internal sealed record FunctionResult(FunctionAnswer Answer, bool IsFault = false);

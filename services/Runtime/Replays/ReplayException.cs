namespace ModelServing.Runtime.Replays;

/// <summary>A model can't be opened for a replay. The message has the reason.</summary>
public sealed class ReplayException(string message) : Exception(message);

namespace ModelServing.Trainer;

/// <summary>The command can't be done; the message says why.</summary>
internal sealed class TrainerException(string message) : Exception(message);

namespace ModelServing.Functions.Rollback;

/// <summary>The result for one stream.</summary>
/// <param name="Outcome">The kind of result.</param>
/// <param name="Alarm">The alarm's name within the environment, or its title if it is not one of the environment's alarms.</param>
/// <param name="Model">The model, as the message has it; null if it names none.</param>
/// <param name="Version">The version, as the message has it.</param>
/// <param name="Variant">The variant, as the message has it.</param>
/// <param name="Trial">The trial, as the message has it.</param>
/// <param name="Detail">The explanation, for people.</param>
internal sealed record StreamReport(
    RollbackOutcome Outcome,
    string Alarm,
    string? Model,
    string? Version,
    string? Variant,
    string? Trial,
    string Detail)
{
    /// <summary>The number of the rollback in the journal; null without a rollback.</summary>
    public long? Seq { get; init; }
}

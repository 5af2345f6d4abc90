namespace ModelServing.Functions.Rollback;

/// <summary>What became of one stream.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Alarm">The alarm: its name within the environment, or its title where it is none of them.</param>
/// <param name="Model">The model, as the message has it; null where it names none.</param>
/// <param name="Version">The version, as the message has it.</param>
/// <param name="Variant">The variant, as the message has it.</param>
/// <param name="Trial">The trial, as the message has it.</param>
/// <param name="Detail">What that means, for a person.</param>
internal sealed record StreamReport(RollbackOutcome Outcome, string Alarm, string? Model, string? Version, string? Variant, string? Trial, string Detail)
{
    /// <summary>The number under which the rollback stands in the journal; null where none does.</summary>
    public long? Seq { get; init; }
}

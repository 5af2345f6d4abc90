namespace ModelServing.Journal;

/// <summary>What became of an event that was to be appended.</summary>
/// <param name="Seq">The number under which it, or an earlier event with the same fact, stands in the journal.</param>
/// <param name="IsOurs">True where this very event stands there; false where another said it before.</param>
public sealed record Appended(long Seq, bool IsOurs);

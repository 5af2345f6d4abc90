namespace ModelServing.Journal;

/// <summary>The result of appending an event.</summary>
/// <param name="Seq">The number of this event in the journal, or of an earlier event with the same fact.</param>
/// <param name="IsOurs">True if the journal has this very event; false if an earlier event recorded the same fact.</param>
public sealed record Appended(long Seq, bool IsOurs);

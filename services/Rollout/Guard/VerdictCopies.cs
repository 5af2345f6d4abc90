namespace ModelServing.Rollout.Guard;

/// <summary>Copies that saw the same failures.</summary>
/// <param name="FirstMinute">The minute of the trial in which the oldest of them started.</param>
/// <param name="LastMinute">The minute in which the newest of them started.</param>
/// <param name="Evidence">Their part of the evidence.</param>
/// <param name="Segments">What they saw, per share.</param>
public sealed record VerdictCopies(int FirstMinute, int LastMinute, double Evidence, IReadOnlyList<VerdictSegment> Segments);

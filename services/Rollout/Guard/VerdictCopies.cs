namespace ModelServing.Rollout.Guard;

/// <summary>Consecutive copies that saw the same failures.</summary>
/// <param name="FirstMinute">The minute of the trial in which the first of them started.</param>
/// <param name="LastMinute">The minute in which the last of them started.</param>
/// <param name="Evidence">Their part of the evidence.</param>
/// <param name="Segments">The failures that they saw, per share.</param>
public sealed record VerdictCopies(int FirstMinute, int LastMinute, double Evidence, IReadOnlyList<VerdictSegment> Segments);

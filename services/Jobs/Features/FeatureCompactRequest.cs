namespace ModelServing.Jobs.Features;

/// <summary>What to compact.</summary>
/// <param name="Keep">How long segments are kept at least. They are kept as long as a published view needs them anyway.</param>
/// <param name="BatchBytes">The most bytes of events in a file of the archive, up to a segment more.</param>
/// <param name="MemoryMegabytes">The memory for events, in megabytes.</param>
internal sealed record FeatureCompactRequest(TimeSpan Keep, long BatchBytes, int MemoryMegabytes);

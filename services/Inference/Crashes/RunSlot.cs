namespace ModelServing.Inference.Crashes;

/// <summary>What a version did when its process ended.</summary>
/// <param name="Version">The version's number, from 1.</param>
/// <param name="IsOpening">Whether it was being opened. Otherwise it ran.</param>
/// <param name="IsStuck">Whether it went on after its time, and could not be ended.</param>
internal readonly record struct RunSlot(int Version, bool IsOpening, bool IsStuck);

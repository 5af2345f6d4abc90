namespace ModelServing.Features.Engine.Scan;

/// <summary>A window to which the tiles of a column are added.</summary>
/// <param name="Frame">The index of the window in its group of tiles.</param>
/// <param name="Figure">The index of the figure; for a column of sketches, of the union.</param>
internal readonly record struct ScanTarget(int Frame, int Figure);

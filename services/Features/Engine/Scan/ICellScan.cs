namespace ModelServing.Features.Engine.Scan;

/// <summary>Reads the figure of one column, or those of several, from a tile's bytes.</summary>
internal interface ICellScan
{
    /// <summary>Adds the figure to what the column adds up to.</summary>
    /// <param name="at">Its first byte. As many bytes follow as the figure can have.</param>
    /// <param name="cell">What the column adds up to.</param>
    /// <param name="column">The index of the column in its group.</param>
    /// <param name="group">The group of the tile.</param>
    /// <param name="memory">The memory of the scan.</param>
    /// <returns>The byte after the figure.</returns>
    /// <exception cref="FeatureStateException">The bytes are not such a figure.</exception>
    static abstract ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory);
}

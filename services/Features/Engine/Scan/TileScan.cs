using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>Reads the tiles of a group. The runtime compiles code of its own for each sequence of columns, as if it were written by hand:
/// without a loop over columns, and without a decision for each of them.</summary>
internal abstract class TileScan
{
    // Code of its own for very many columns takes long to compile.
    private const int MostColumns = 16;

    /// <summary>Adds up tiles.</summary>
    /// <param name="at">The first byte of the first tile.</param>
    /// <param name="end">The end of the state. More bytes follow than a tile can have.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="allowed">The first and the last number of a tile that are possible.</param>
    /// <param name="group">Whose tiles they are.</param>
    /// <param name="memory">The memory of the scan.</param>
    /// <returns>The byte after the last tile.</returns>
    /// <exception cref="FeatureStateException">The bytes are not tiles.</exception>
    internal abstract ref byte Read(
        ref byte at, ref byte end, int tiles, (long First, long Last) allowed, ScanGroup group, ScanMemory memory);

    /// <summary>Makes the code for a sequence of columns.</summary>
    internal static TileScan Create(ScanColumn[] columns)
    {
        var cells = columns.Length > MostColumns ? typeof(OtherCells) : typeof(NoCells);
        foreach (var column in columns.Take(MostColumns).Reverse())
            cells = typeof(Cells<,>).MakeGenericType(CellOf(column.Kind), cells);
        return (TileScan)Activator.CreateInstance(typeof(CompiledTileScan<>).MakeGenericType(cells))!;
    }

    private static Type CellOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Count => typeof(CountCell),
        ColumnKind.Sum => typeof(SumCell),
        ColumnKind.Min => typeof(MinCell),
        ColumnKind.Max => typeof(MaxCell),
        ColumnKind.Latest => typeof(LatestCell),
        _ => typeof(DistinctCell),
    };
}

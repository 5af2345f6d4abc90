using System.Runtime.CompilerServices;
using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Scan;

/// <summary>A number of events.</summary>
internal readonly struct CountCell : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        at = ref CellBytes.ReadCount(ref at, CountColumn.Most, out var count);
        cell.Number += count;
        return ref at;
    }
}

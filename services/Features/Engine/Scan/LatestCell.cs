using System.Runtime.CompilerServices;
using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The value of the latest event.</summary>
internal readonly struct LatestCell : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        var form = at;
        at = ref Unsafe.Add(ref at, 1);
        if (form == LatestColumn.None)
            return ref at;
        if (form != memory.LatestForm)
            CellBytes.Fail();
        if (form == LatestColumn.WithEvent)
        {
            at = ref CellBytes.ReadLonger(ref at, out var offset);
            if (offset >= (ulong)group.Hop)
                CellBytes.Fail();
            at = ref Unsafe.Add(ref at, StateWriter.KeyBytes);
        }

        at = ref CellBytes.ReadSigned(ref at, out var value);
        // Every event of a later tile is later.
        cell.Value = new Extreme(true, value);
        return ref at;
    }
}

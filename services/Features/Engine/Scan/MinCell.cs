using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The smallest value of a field.</summary>
internal readonly struct MinCell : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        var exists = CellBytes.IsSet(at);
        at = ref Unsafe.Add(ref at, 1);
        if (exists)
        {
            at = ref CellBytes.ReadSigned(ref at, out var value);
            cell.Lower(value);
        }

        return ref at;
    }
}

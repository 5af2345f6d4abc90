using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The sum of a field.</summary>
internal readonly struct SumCell : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        // Most tiles have small sums, or none.
        if (at <= 0x7F || Unsafe.Add(ref at, 1) <= 0x7F || Unsafe.Add(ref at, 2) <= 0x7F)
        {
            at = ref CellBytes.ReadSigned(ref at, out var sum);
            cell.Number += sum;
        }
        else
        {
            at = ref CellBytes.ReadWide(ref at, out var sum);
            cell.Wide += sum;
        }

        return ref at;
    }
}

using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>A column and those after it.</summary>
internal readonly struct Cells<TFirst, TRest> : ICellScan
    where TFirst : struct, ICellScan
    where TRest : struct, ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory) =>
        ref TRest.Read(
            ref TFirst.Read(ref at, ref cell, column, group, memory), ref Unsafe.Add(ref cell, 1), column + 1, group, memory);
}

using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The end of the columns.</summary>
internal readonly struct NoCells : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        return ref at;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Scan;

/// <summary>A sketch of the different values of a field.</summary>
internal readonly struct DistinctCell : ICellScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        at = ref CellBytes.ReadCount(ref at, DistinctSketch.MostLength, out var length);
        if (length > SketchLists.MostItems || !memory.Lists[column]!.TryAdd(ref at, (int)length))
            memory.AddSketch(group, column, (int)length, MemoryMarshal.CreateReadOnlySpan(ref at, DistinctSketch.BytesAfter((int)length)));
        return ref Unsafe.Add(ref at, DistinctSketch.BytesAfter((int)length));
    }
}

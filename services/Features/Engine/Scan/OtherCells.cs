using System.Runtime.CompilerServices;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>Any number of columns.</summary>
internal readonly struct OtherCells : ICellScan
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ref byte Read(ref byte at, ref WindowFigure cell, int column, ScanGroup group, ScanMemory memory)
    {
        for (var i = column; i < group.Columns.Length; i++)
        {
            ref var own = ref Unsafe.Add(ref cell, i - column);
            switch (group.Columns[i].Kind)
            {
                case ColumnKind.Count:
                    at = ref CountCell.Read(ref at, ref own, i, group, memory);
                    break;
                case ColumnKind.Sum:
                    at = ref SumCell.Read(ref at, ref own, i, group, memory);
                    break;
                case ColumnKind.Min:
                    at = ref MinCell.Read(ref at, ref own, i, group, memory);
                    break;
                case ColumnKind.Max:
                    at = ref MaxCell.Read(ref at, ref own, i, group, memory);
                    break;
                case ColumnKind.Latest:
                    at = ref LatestCell.Read(ref at, ref own, i, group, memory);
                    break;
                default:
                    at = ref DistinctCell.Read(ref at, ref own, i, group, memory);
                    break;
            }
        }

        return ref at;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>Reads the tiles of a group with one sequence of columns.</summary>
/// <typeparam name="TCells">The columns.</typeparam>
internal sealed class CompiledTileScan<TCells> : TileScan
    where TCells : struct, ICellScan
{
    internal override ref byte Read(
        ref byte at, ref byte end, int tiles, (long First, long Last) allowed, ScanGroup group, ScanMemory memory)
    {
        ref var cells = ref MemoryMarshal.GetArrayDataReference(memory.Cells);
        var (number, change) = (0L, long.MinValue);
        for (var tile = 0; tile < tiles; tile++)
        {
            at = ref CellBytes.ReadCount(ref at, allowed.Last - number, out var step);
            number += step;
            if (number < allowed.First || (step == 0 && tile > 0))
                CellBytes.Fail();
            if (number >= change)
                change = memory.MoveTo(group, number);

            at = ref TCells.Read(ref at, ref cells, 0, group, memory);
            if (Unsafe.IsAddressGreaterThan(ref at, ref end))
                CellBytes.Fail();
        }

        return ref at;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelServing.Features.Engine.Columns;

/// <summary>The union of sketches. While all of them are lists, it knows which registers are used, so small sets cost little.</summary>
internal sealed class RegisterUnion
{
    private readonly byte[] registers = new byte[DistinctSketch.Registers];
    // One more than there are registers, because a place is written before it is known whether it is used.
    private readonly ushort[] used = new ushort[DistinctSketch.Registers + 1];
    private int count;
    private bool isDense;

    internal ReadOnlySpan<byte> Registers => registers;

    /// <summary>Adds a sketch that is a list.</summary>
    internal void AddList(ReadOnlySpan<ushort> list)
    {
        // Without branches: the processor could not predict whether a value is new.
        var next = count;
        ref var first = ref MemoryMarshal.GetArrayDataReference(registers);
        foreach (var item in list)
        {
            var (register, rank) = DistinctSketch.Parts(item);
            ref var present = ref Unsafe.Add(ref first, register);
            used[next] = (ushort)register;
            next += present == 0 ? 1 : 0;
            var above = present - rank;
            present = (byte)(rank + (above & ~(above >> 31)));
        }

        count = next;
    }

    /// <summary>Adds a sketch that is an array. After this, every register may be used.</summary>
    internal void AddArray(ReadOnlySpan<byte> array)
    {
        isDense = true;
        var sources = MemoryMarshal.Cast<byte, Vector<byte>>(array);
        var targets = MemoryMarshal.Cast<byte, Vector<byte>>(registers.AsSpan());
        for (var i = 0; i < targets.Length; i++)
            targets[i] = Vector.Max(targets[i], sources[i]);
    }

    /// <summary>Makes the set empty.</summary>
    internal void Clear()
    {
        if (isDense)
            Array.Clear(registers);
        foreach (var register in used.AsSpan(0, count))
            registers[register] = 0;
        (count, isDense) = (0, false);
    }

    /// <summary>The estimated size of the set.</summary>
    internal long Estimate()
    {
        if (isDense)
            return DistinctEstimate.From(registers);
        Span<int> histogram = stackalloc int[DistinctSketch.MaxRank + 1];
        histogram.Clear();
        histogram[0] = registers.Length - count;
        var ranks = 0;
        foreach (var register in used.AsSpan(0, count))
        {
            var rank = registers[register];
            histogram[rank]++;
            ranks |= rank;
        }

        return DistinctEstimate.From(histogram, Math.Min(ranks, DistinctSketch.MaxRank - 1), registers.Length);
    }
}

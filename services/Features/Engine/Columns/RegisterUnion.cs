using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelServing.Features.Engine.Columns;

/// <summary>The union of sketches. While all of them are lists, it knows which registers are used, so small sets cost little.</summary>
internal sealed class RegisterUnion
{
    private readonly byte[] registers = new byte[DistinctSketch.Registers];
    private readonly ushort[] used = new ushort[DistinctSketch.Registers];
    private int count;
    private bool isDense;

    internal ReadOnlySpan<byte> Registers => registers;

    /// <summary>Adds a sketch that is a list.</summary>
    internal void AddList(ReadOnlySpan<ushort> list)
    {
        foreach (var item in list)
        {
            var (register, rank) = DistinctSketch.Parts(item);
            ref var present = ref registers[register];
            if (present == 0 && !isDense)
                used[count++] = (ushort)register;
            present = Math.Max(present, rank);
        }
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
        foreach (var register in used.AsSpan(0, count))
            histogram[registers[register]]++;
        return DistinctEstimate.From(histogram, registers.Length);
    }
}

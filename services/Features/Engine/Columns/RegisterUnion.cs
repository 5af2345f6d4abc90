namespace ModelServing.Features.Engine.Columns;

/// <summary>The union of sketches. While all of them are lists, it knows which registers are used, so small sets cost little.</summary>
/// <param name="registers">Memory for the registers, all 0.</param>
/// <param name="used">Memory for the numbers of the used registers.</param>
internal ref struct RegisterUnion(Span<byte> registers, Span<ushort> used)
{
    private readonly Span<byte> registers = registers;
    private readonly Span<ushort> used = used;
    private int count;
    private bool isDense;

    internal readonly Span<byte> Registers => registers;

    internal void Raise(int register, byte rank)
    {
        ref var present = ref registers[register];
        if (present == 0 && !isDense)
            used[count++] = (ushort)register;
        present = Math.Max(present, rank);
    }

    /// <summary>After this, every register may be used.</summary>
    internal void BecomeDense() => isDense = true;

    /// <summary>Makes the registers 0 again, for the next union.</summary>
    internal readonly void Clear()
    {
        if (isDense)
        {
            registers.Clear();
            return;
        }

        foreach (var register in used[..count])
            registers[register] = 0;
    }

    /// <summary>The estimated size of the set.</summary>
    internal readonly long Estimate()
    {
        if (isDense)
            return DistinctEstimate.From(registers);
        Span<int> histogram = stackalloc int[DistinctSketch.MaxRank + 1];
        histogram.Clear();
        histogram[0] = registers.Length - count;
        foreach (var register in used[..count])
            histogram[registers[register]]++;
        return DistinctEstimate.From(histogram, registers.Length);
    }
}

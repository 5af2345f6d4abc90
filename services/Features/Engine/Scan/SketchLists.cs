using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelServing.Features.Engine.Columns;

namespace ModelServing.Features.Engine.Scan;

/// <summary>The items of short lists of sketches, until the windows change. A tile's sketch has few items, but a varying number of them, so
/// it is copied without a loop: the loop over all items of many tiles is long, and costs less.</summary>
internal sealed class SketchLists
{
    /// <summary>The most items of a list that is copied.</summary>
    internal const int MostItems = 8;

    private const int Capacity = 256;

    private readonly ushort[] items = new ushort[Capacity + MostItems];
    private int count;

    internal ReadOnlySpan<ushort> Items => items.AsSpan(0, count);

    /// <summary>Copies a list; false if it may not fit.</summary>
    /// <param name="encoded">Its first byte. As many bytes follow as the longest list has that is copied.</param>
    /// <param name="length">The number of items, which may be 0.</param>
    /// <exception cref="FeatureStateException">The bytes are not a list.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAdd(ref byte encoded, int length)
    {
        // After that, there is room for the longest list.
        if (count > Capacity)
            return false;
        var bytes = Unsafe.ReadUnaligned<Vector128<byte>>(ref encoded);
        var all = Vector128.Shuffle(bytes, Vector128.Create((byte)1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)).AsUInt16();
        // As in a list, each register is larger than the one before it, and no rank is 0 or too large. A register is at most 1,023.
        var registers = ((all >>> DistinctSketch.RankBits) + Vector128<ushort>.One).AsInt16();
        var before = Vector128.Shuffle(registers.AsByte(), Vector128.Create((byte)16, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
        var ranks = ((all & Vector128.Create(DistinctSketch.RankMask)) - Vector128<ushort>.One).AsInt16();
        var isGood = Vector128.GreaterThan(registers, before.AsInt16())
            & Vector128.GreaterThan(Vector128.Create((short)DistinctSketch.MaxRank), ranks)
            & Vector128.GreaterThan(ranks, Vector128<short>.AllBitsSet);
        if ((~isGood.ExtractMostSignificantBits() & ((1u << length) - 1)) != 0)
            CellBytes.Fail();
        Unsafe.WriteUnaligned(ref Unsafe.As<ushort, byte>(ref items[count]), all);
        count += length;
        return true;
    }

    internal void Clear() => count = 0;
}

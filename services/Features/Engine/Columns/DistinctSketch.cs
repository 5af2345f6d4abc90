using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelServing.Features.Engine.Columns;

/// <summary>
/// A HyperLogLog of 1,024 registers: a set of values of which it knows the size, to about 3%. A register has the largest rank of the hashes
/// that begin with its number, so the union of two sets is the maximum of their registers, and the order of values does not matter. Up to
/// 256 used registers are a list; above that, all are in an array. Which form it has depends on the set only.
/// </summary>
internal sealed class DistinctSketch
{
    internal const int Registers = 1 << IndexBits;

    /// <summary>The most bytes of an encoded sketch.</summary>
    internal const int MaxBytes = 2 + Registers * RankBits / 8;

    internal const int MaxRank = 64 - IndexBits + 1;

    private const int IndexBits = 10;
    private const int RankBits = 6;
    private const int MinListed = 8;
    private const int MaxListed = 256;

    // Each item is the number of a register and, in the lowest six bits, its rank; ordered by register.
    private ushort[]? list = new ushort[MinListed];
    private int listed;
    private byte[]? registers;

    internal void Add(ulong hash)
    {
        var index = (int)(hash >> (64 - IndexBits));
        // The bit after the hash's end limits the rank.
        var rank = BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1;
        if (registers is not null)
            registers[index] = Math.Max(registers[index], (byte)rank);
        else
            AddListed(index, rank);
    }

    /// <summary>Adds this sketch to a union.</summary>
    internal void MergeInto(ref RegisterUnion union)
    {
        if (registers is null)
        {
            foreach (var item in list.AsSpan(0, listed))
                union.Raise(item >> RankBits, (byte)(item & ((1 << RankBits) - 1)));
            return;
        }

        union.BecomeDense();
        var sources = MemoryMarshal.Cast<byte, Vector<byte>>(registers);
        var targets = MemoryMarshal.Cast<byte, Vector<byte>>(union.Registers);
        for (var i = 0; i < targets.Length; i++)
            targets[i] = Vector.Max(targets[i], sources[i]);
    }

    // A list: its length, then two bytes for each item. An array: 257, then six bits for each register.
    internal void Write(ref StateWriter writer)
    {
        writer.WriteVarint(registers is null ? (ulong)listed : MaxListed + 1);
        if (registers is null)
        {
            foreach (var item in list.AsSpan(0, listed))
            {
                writer.WriteByte((byte)(item >> 8));
                writer.WriteByte((byte)item);
            }

            return;
        }

        for (var i = 0; i < Registers; i += 4)
        {
            var bits = registers[i] << 18 | registers[i + 1] << 12 | registers[i + 2] << 6 | registers[i + 3];
            writer.WriteByte((byte)(bits >> 16));
            writer.WriteByte((byte)(bits >> 8));
            writer.WriteByte((byte)bits);
        }
    }

    /// <summary>Reads a sketch; null if it is empty.</summary>
    /// <param name="reader">Reads the bytes.</param>
    /// <param name="reused">A sketch whose memory is used again; null for a new one.</param>
    /// <exception cref="FeatureStateException">The bytes are not a sketch.</exception>
    internal static DistinctSketch? Read(ref StateReader reader, DistinctSketch? reused)
    {
        var length = (int)reader.ReadCount(MaxListed + 1);
        if (length == 0)
            return null;
        var sketch = reused ?? new DistinctSketch();
        if (length <= MaxListed)
            sketch.ReadList(ref reader, length);
        else
            sketch.ReadArray(ref reader);
        return sketch;
    }

    private void AddListed(int index, int rank)
    {
        var item = (ushort)(index << RankBits | rank);
        var at = list.AsSpan(0, listed).BinarySearch((ushort)(index << RankBits));
        // No item has the rank 0, so the search never finds one.
        at = ~at;
        if (at < listed && list![at] >> RankBits == index)
        {
            list[at] = Math.Max(list[at], item);
            return;
        }

        if (listed == MaxListed)
        {
            var dense = new byte[Registers];
            foreach (var one in list.AsSpan(0, listed))
                dense[one >> RankBits] = (byte)(one & ((1 << RankBits) - 1));
            dense[index] = (byte)rank;
            registers = dense;
            list = null;
            listed = 0;
            return;
        }

        if (listed == list!.Length)
            Array.Resize(ref list, listed * 2);
        Array.Copy(list, at, list, at + 1, listed - at);
        list[at] = item;
        listed++;
    }

    private void ReadList(ref StateReader reader, int length)
    {
        if (list is null || list.Length < length)
            list = new ushort[Math.Max(MinListed, length)];
        listed = length;
        registers = null;
        var before = -1;
        for (var i = 0; i < length; i++)
        {
            list[i] = (ushort)(reader.ReadByte() << 8 | reader.ReadByte());
            var (index, rank) = (list[i] >> RankBits, list[i] & ((1 << RankBits) - 1));
            if (index <= before || rank is < 1 or > MaxRank)
                throw StateReader.Damaged("a sketch has wrong registers");
            before = index;
        }
    }

    private void ReadArray(ref StateReader reader)
    {
        registers ??= new byte[Registers];
        list = null;
        listed = 0;
        var used = 0;
        for (var i = 0; i < Registers; i += 4)
        {
            var bits = reader.ReadByte() << 16 | reader.ReadByte() << 8 | reader.ReadByte();
            for (var j = 0; j < 4; j++)
            {
                var rank = bits >> (18 - 6 * j) & ((1 << RankBits) - 1);
                registers[i + j] = (byte)rank;
                used += rank > 0 ? 1 : 0;
                if (rank > MaxRank)
                    throw StateReader.Damaged("a sketch has wrong registers");
            }
        }

        if (used <= MaxListed)
            throw StateReader.Damaged("a sketch has the wrong form");
    }
}

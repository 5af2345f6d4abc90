using System.Buffers.Binary;
using System.Numerics;

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

    /// <summary>The most items of a list.</summary>
    internal const int MaxListed = 256;

    /// <summary>The largest number with which an encoded sketch begins.</summary>
    internal const int MostLength = MaxListed + 1;

    /// <summary>The lowest bits of an item, which are its rank.</summary>
    internal const int RankBits = 6;

    internal const ushort RankMask = (1 << RankBits) - 1;

    private const int IndexBits = 10;
    private const int MinListed = 8;

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

    /// <summary>The register of an item of a list, and its rank.</summary>
    internal static (int Register, byte Rank) Parts(ushort item) => (item >> RankBits, (byte)(item & ((1 << RankBits) - 1)));

    /// <summary>Adds this sketch to a union.</summary>
    internal void MergeInto(RegisterUnion union)
    {
        if (registers is null)
            union.AddList(list.AsSpan(0, listed));
        else
            union.AddArray(registers);
    }

    // A list: its length, then two bytes for each item. An array: 257, then six bits for each register.
    internal void Write(ref StateWriter writer)
    {
        writer.WriteVarint(registers is null ? (ulong)listed : MostLength);
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
        var length = ReadLength(ref reader);
        if (length == 0)
            return null;
        var sketch = reused ?? new DistinctSketch();
        var bytes = reader.ReadBytes(BytesAfter(length));
        if (IsList(length))
            sketch.ReadList(bytes, length);
        else
            sketch.ReadArray(bytes);
        return sketch;
    }

    /// <summary>Reads how a sketch begins: with the length of its list, or with a larger number.</summary>
    internal static int ReadLength(ref StateReader reader) => (int)reader.ReadCount(MostLength);

    /// <summary>Whether a sketch that begins with <paramref name="length"/> is a list.</summary>
    internal static bool IsList(int length) => length <= MaxListed;

    /// <summary>The number of bytes after a length.</summary>
    internal static int BytesAfter(int length) => IsList(length) ? length * sizeof(ushort) : Registers * RankBits / 8;

    /// <summary>Reads the items of a list.</summary>
    internal static void ReadList(ReadOnlySpan<byte> bytes, Span<ushort> items)
    {
        var before = -1;
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * sizeof(ushort))..]);
            var (index, rank) = Parts(items[i]);
            if (index <= before || rank is < 1 or > MaxRank)
                throw StateReader.Damaged("a sketch has wrong registers");
            before = index;
        }
    }

    /// <summary>Reads all registers of an array.</summary>
    internal static void ReadArray(ReadOnlySpan<byte> bytes, Span<byte> registers)
    {
        var used = 0;
        for (var i = 0; i < Registers; i += 4)
        {
            var bits = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
            bytes = bytes[3..];
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

    private void ReadList(ReadOnlySpan<byte> bytes, int length)
    {
        if (list is null || list.Length < length)
            list = new ushort[Math.Max(MinListed, length)];
        listed = length;
        registers = null;
        ReadList(bytes, list.AsSpan(0, length));
    }

    private void ReadArray(ReadOnlySpan<byte> bytes)
    {
        registers ??= new byte[Registers];
        list = null;
        listed = 0;
        ReadArray(bytes, registers);
    }
}

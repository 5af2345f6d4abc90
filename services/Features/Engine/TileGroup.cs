using System.Runtime.CompilerServices;
using ModelServing.Features.Engine.Columns;
using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine;

/// <summary>An entity's tiles of one length, ordered by time. There is a tile only where there are events.</summary>
internal sealed class TileGroup(GroupPlan plan, int maxTiles)
{
    private readonly TileColumn[] columns = plan.CreateColumns();
    private long[] numbers = [];
    private int count;

    internal TileColumn this[int column] => columns[column];

    /// <summary>The index of the first tile that is not before the tile <paramref name="number"/>.</summary>
    internal int Find(long number)
    {
        var index = numbers.AsSpan(0, count).BinarySearch(number);
        return index < 0 ? ~index : index;
    }

    /// <summary>The index of a tile, which is added if it is not there.</summary>
    internal int FindOrAdd(long number)
    {
        if (count > 0 && numbers[count - 1] == number)
            return count - 1;
        var index = count == 0 || numbers[count - 1] < number ? count : Find(number);
        if (index < count && numbers[index] == number)
            return index;
        if (count == numbers.Length)
            Grow(Math.Min(maxTiles, Math.Max(4, count * 2)));
        if (index < count)
            Array.Copy(numbers, index, numbers, index + 1, count - index);
        numbers[index] = number;
        foreach (var column in columns)
            column.Insert(index, count);
        count++;
        return index;
    }

    /// <summary>Removes the tiles before the tile <paramref name="number"/>.</summary>
    internal void Prune(long number)
    {
        if (count == 0 || numbers[0] >= number)
            return;
        var removed = Find(number);
        foreach (var column in columns)
            column.RemoveFirst(removed, count);
        count -= removed;
        Array.Copy(numbers, removed, numbers, 0, count);
    }

    /// <summary>Writes the tiles.</summary>
    /// <param name="firstOpen">The first tile to which an event may still be added.</param>
    /// <param name="writer">Writes the bytes.</param>
    internal void Write(long firstOpen, ref StateWriter writer)
    {
        writer.WriteVarint((ulong)count);
        var before = 0L;
        for (var tile = 0; tile < count; tile++)
        {
            writer.WriteVarint((ulong)(numbers[tile] - before));
            before = numbers[tile];
            foreach (var column in columns)
                column.Write(tile, before < firstOpen, ref writer);
        }
    }

    /// <summary>Reads tiles in place of those that are there.</summary>
    /// <param name="allowed">The first and the last number that are possible.</param>
    /// <param name="firstOpen">The first tile to which an event may still be added.</param>
    /// <param name="reader">Reads the bytes.</param>
    /// <exception cref="FeatureStateException">The bytes are not such tiles.</exception>
    internal void Read((long First, long Last) allowed, long firstOpen, ref StateReader reader)
    {
        count = (int)reader.ReadCount(maxTiles);
        if (count > numbers.Length)
            Grow(count);
        var before = 0L;
        for (var tile = 0; tile < count; tile++)
        {
            numbers[tile] = before = ReadNumber(tile == 0, before, allowed, ref reader);
            foreach (var column in columns)
                column.Read(tile, before < firstOpen, ref reader);
        }
    }

    /// <summary>Reads the number of the next tile.</summary>
    /// <param name="isFirst">Whether it is the first one.</param>
    /// <param name="before">The number of the tile before it; 0 for the first.</param>
    /// <param name="allowed">The first and the last number that are possible.</param>
    /// <param name="reader">Reads the bytes.</param>
    /// <exception cref="FeatureStateException">It is not a later tile, or not one of those.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long ReadNumber(bool isFirst, long before, (long First, long Last) allowed, ref StateReader reader)
    {
        var step = reader.ReadCount(allowed.Last - before);
        var number = before + step;
        return number >= allowed.First && (step > 0 || isFirst) ? number : throw StateReader.Damaged("its tiles are not in order");
    }

    private void Grow(int capacity)
    {
        Array.Resize(ref numbers, capacity);
        foreach (var column in columns)
            column.Grow(capacity);
    }
}

namespace ModelServing.Rollout.Guard;

/// <summary>Counts per kept copy, in a few rows; a row of zeros is null. Immutable.</summary>
internal sealed class CopyTable
{
    private readonly long[]?[] rows;

    /// <summary>Takes ownership of the rows. Each has one count per copy that is kept in <paramref name="lastMinute"/>.</summary>
    internal CopyTable(int lastMinute, long[]?[] rows)
    {
        LastMinute = lastMinute;
        this.rows = rows;
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] is { } row && !row.AsSpan().ContainsAnyExcept(0))
                rows[i] = null;
        }
    }

    internal int LastMinute { get; }

    internal int Rows => rows.Length;

    internal bool IsEmpty => Array.TrueForAll(rows, static row => row is null);

    internal static CopyTable Empty(int rows) => new(0, new long[]?[rows]);

    /// <summary>Returns a row; null if it is all zeros.</summary>
    internal long[]? Row(int row) => rows[row];

    internal long At(int row, int copy) => rows[row] is { } counts ? counts[copy] : 0;

    /// <summary>Whether a copy saw the same as the previous one.</summary>
    internal bool SameAsBefore(int row, int copy) => rows[row] is not { } counts || counts[copy] == counts[copy - 1];

    /// <summary>Adds the counts of the copies that started in the same minute, as of the later of the two last minutes.</summary>
    /// <remarks>Nothing is missing: a copy that a table dropped by its own last minute is dropped by any later minute, and a copy that
    /// started after a table's last minute has no count in that table.</remarks>
    internal CopyTable Add(CopyTable other)
    {
        var lastMinute = Math.Max(LastMinute, other.LastMinute);
        var sums = new long[]?[rows.Length];
        for (var row = 0; row < sums.Length; row++)
        {
            if (rows[row] is null && other.rows[row] is null)
                continue;
            var sum = sums[row] = new long[CopyWindow.Count(lastMinute)];
            AddInto(sum, lastMinute, rows[row], LastMinute);
            AddInto(sum, lastMinute, other.rows[row], other.LastMinute);
        }

        return new CopyTable(lastMinute, sums);
    }

    /// <summary>Subtracts the counts of a part of the same traffic, as of a minute no earlier than either's.</summary>
    internal CopyTable Subtract(CopyTable part, int lastMinute)
    {
        var (whole, own) = (At(lastMinute), part.At(lastMinute));
        var rest = new long[]?[rows.Length];
        for (var row = 0; row < rest.Length; row++)
        {
            if (whole.rows[row] is { } counts)
                rest[row] = own.rows[row] is { } less ? [.. counts.Zip(less, static (one, other) => Math.Max(0, one - other))] : counts;
        }

        return new CopyTable(lastMinute, rest);
    }

    /// <summary>Returns the same counts, as of a later minute.</summary>
    internal CopyTable At(int lastMinute) =>
        lastMinute == LastMinute ? this : Add(new CopyTable(lastMinute, new long[]?[rows.Length]));

    internal bool HasSameCounts(CopyTable other) => LastMinute == other.LastMinute
        && rows.Zip(other.rows).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private static void AddInto(long[] sum, int lastMinute, long[]? row, int rowLastMinute)
    {
        for (var i = 0; i < row?.Length; i++)
        {
            if (CopyWindow.IndexOf(CopyWindow.StartOf(i, rowLastMinute), lastMinute) is var index and >= 0)
                sum[index] = checked(sum[index] + row[i]);
        }
    }
}

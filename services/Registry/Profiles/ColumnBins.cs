namespace ModelServing.Registry.Profiles;

/// <summary>Finds the bins of a column's values. Both training and serving do so here.</summary>
public sealed class ColumnBins
{
    /// <summary>The bin of values that are missing or not a number.</summary>
    public const int MissingBin = 0;

    private readonly float[] edges;

    public ColumnBins(ColumnProfile column)
    {
        ArgumentNullException.ThrowIfNull(column);
        edges = [.. column.Edges];
    }

    /// <summary>The number of bins: one for each count of the profile, after <see cref="MissingBin"/>.</summary>
    public int Count => edges.Length + 2;

    /// <summary>The bin of a value.</summary>
    public int Find(double value)
    {
        var number = (float)value;
        if (float.IsNaN(number))
            return MissingBin;
        var index = Array.BinarySearch(edges, number);
        return (index < 0 ? ~index : index) + 1;
    }
}

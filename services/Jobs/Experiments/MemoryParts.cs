using System.Globalization;

namespace ModelServing.Jobs.Experiments;

/// <summary>Divides rows among several statements. DuckDB can write the groups of a statement to disk, but near its limit of memory that
/// often fails. So each statement gets so few rows that all of their groups fit.</summary>
/// <remarks>Rows that belong to one group are in the same bin, and so in the same part.</remarks>
internal sealed class MemoryParts
{
    /// <summary>The number of bins.</summary>
    internal const int Bins = 4096;

    // Of a group: its keys, the states of some twenty aggregates, and what the aggregation behind this one has of it.
    private const int BytesOfGroup = 512;

    // The rest is for the tables that are read and written.
    private const int ShareOfGroups = 8;

    private readonly int parts;

    /// <param name="rows">The number of rows.</param>
    /// <param name="megabytes">The memory that DuckDB may use.</param>
    /// <param name="least">The least number of parts.</param>
    internal MemoryParts(long rows, int megabytes, int least) =>
        parts = (int)Math.Clamp(rows * BytesOfGroup / (megabytes * (1024L * 1024) / ShareOfGroups) + 1, least, Bins);

    /// <summary>The bin of a text. It differs between two runs of the program.</summary>
    internal static short BinOf(string text) => (short)(string.GetHashCode(text, StringComparison.Ordinal) & (Bins - 1));

    /// <summary>The bin of a value in SQL.</summary>
    internal static string BinOfColumn(string column) => $"(hash({column}) % {Text(Bins)})::SMALLINT";

    /// <summary>A condition in SQL for each part.</summary>
    /// <param name="column">The column of bins.</param>
    internal IEnumerable<string> Conditions(string column)
    {
        for (var part = 0; part < parts; part++)
            yield return $"{column} BETWEEN {Text(part * Bins / parts)} AND {Text((part + 1) * Bins / parts - 1)}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

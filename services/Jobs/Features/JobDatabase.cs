using System.Globalization;
using DuckDB.NET.Data;

namespace ModelServing.Jobs.Features;

/// <summary>The DuckDB file of one run of a job, in a folder of its own. DuckDB keeps to a limit of memory, and uses the folder for what is
/// beyond it. A statement that streams its rows needs a connection that nothing else uses meanwhile.</summary>
internal sealed class JobDatabase : IDisposable
{
    private readonly string source;
    private readonly DuckDBConnection first;

    /// <summary>Creates an empty file.</summary>
    /// <param name="megabytes">The memory that DuckDB may use.</param>
    internal JobDatabase(string folder, int megabytes)
    {
        Folder = folder;
        // With one thread, the order of rows is that of the file.
        source = string.Create(
            CultureInfo.InvariantCulture, $"Data Source={Path.Combine(folder, "job.duckdb")};memory_limit={megabytes}MB;threads=1");
        first = Open();
        Run($"SET temp_directory = {Text(Path.Combine(folder, "spill"))}");
        Run("SET GLOBAL TimeZone = 'UTC'");
    }

    /// <summary>The folder of the run's files.</summary>
    internal string Folder { get; }

    public void Dispose() => first.Dispose();

    /// <summary>Opens a further connection to the same file.</summary>
    internal DuckDBConnection Open()
    {
        var connection = new DuckDBConnection(source);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement.</summary>
    internal void Run(string sql, CancellationToken cancellation = default)
    {
        using var command = first.CreateCommand();
        command.CommandText = sql;
        using var registration = cancellation.Register(command.Cancel);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reads the first value of a query's first row, a whole number; null if it is NULL.</summary>
    internal long? Number(string sql)
    {
        using var command = first.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Lists the columns of a query, with the names of their types.</summary>
    internal List<(string Name, string Type)> Describe(string query)
    {
        using var command = first.CreateCommand();
        command.CommandText = $"DESCRIBE {query}";
        using var reader = command.ExecuteReader();
        var columns = new List<(string, string)>();
        while (reader.Read())
            columns.Add((reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    /// <summary>Reads the rows of a query one after the other, without holding all of them.</summary>
    internal IEnumerable<DuckDBDataReader> Stream(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return reader;
    }

    /// <summary>A text in SQL.</summary>
    internal static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name in SQL.</summary>
    internal static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>What DuckDB says is wrong, on one line.</summary>
    internal static string Explain(DuckDBException e) => string.Join(
        "; ",
        e.Message.Split('\n', StringSplitOptions.TrimEntries).TakeWhile(static line => line.Length > 0));
}

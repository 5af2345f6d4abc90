using DuckDB.NET.Data;

namespace ModelServing.Jobs.Features;

/// <summary>Adds rows to a table of a job's database, in one transaction. DuckDB writes them to the disk as it goes, and another connection
/// sees them once <see cref="Close"/> has returned.</summary>
internal sealed class TableWriter : IDisposable
{
    // An appender keeps its rows outside of the memory that DuckDB limits: 204,800 of them, however wide they are. So another one takes its
    // place long before.
    private const long MostBytes = 4 * 1024 * 1024;

    private readonly string table;
    private readonly DuckDBConnection connection;
    private readonly DuckDBTransaction transaction;
    private DuckDBAppender appender;
    private long bytes;

    internal TableWriter(JobDatabase database, string table)
    {
        this.table = table;
        connection = database.Open();
        transaction = connection.BeginTransaction();
        appender = connection.CreateAppender(table);
    }

    /// <summary>Begins a row, which ends with <see cref="IDuckDBAppenderRow.EndRow"/>.</summary>
    /// <param name="size">About how many bytes the row has.</param>
    internal IDuckDBAppenderRow CreateRow(int size)
    {
        bytes += size;
        if (bytes > MostBytes)
        {
            bytes = size;
            appender.Close();
            appender = connection.CreateAppender(table);
        }

        return appender.CreateRow();
    }

    /// <summary>Ends the writing.</summary>
    internal void Close()
    {
        appender.Close();
        transaction.Commit();
    }

    public void Dispose()
    {
        appender.Dispose();
        transaction.Dispose();
        connection.Dispose();
    }
}

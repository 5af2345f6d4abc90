using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using ModelServing.Contracts.Predictions;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Features;

/// <summary>What the join needs of each row: its place, its time, its entity in each view and its values of a request.</summary>
internal sealed class StagedRows
{
    /// <summary>The table, with the columns <c>place</c>, <c>time</c>, <c>entityV</c> and <c>requestV_I</c> for the view V.</summary>
    internal const string Table = "staged";

    // About what a value has.
    private const int ValueBytes = 24;

    private readonly RowsFile file;
    private readonly EntityShard shard;

    private StagedRows(RowsFile file, EntityShard shard)
    {
        this.file = file;
        this.shard = shard;
    }

    /// <summary>The number of rows of the shard.</summary>
    internal long Count { get; private set; }

    /// <summary>The latest time of a row; -1 without rows.</summary>
    internal long Latest { get; private set; } = -1;

    internal static string Entity(int view) => string.Create(CultureInfo.InvariantCulture, $"entity{view}");

    internal static string Request(int view, int index) => string.Create(CultureInfo.InvariantCulture, $"request{view}_{index}");

    /// <summary>Checks all rows and stages those of the shard, which is the one of the first view's entity.</summary>
    /// <exception cref="JobException">A row has no key or time, or a wrong one.</exception>
    internal static StagedRows Load(
        JobDatabase database, RowsFile file, EntityShard shard, IStepProgress progress, CancellationToken cancellation)
    {
        var staged = new StagedRows(file, shard);
        var columns = file.Keys.SelectMany(static (keys, view) => (string[])
            [$"{Entity(view)} VARCHAR"]).Concat(file.Requests.SelectMany(static (values, view) =>
            values.Select((_, index) => $"{Request(view, index)} DOUBLE")));
        database.Run($"CREATE TABLE {Table} (place BIGINT, time BIGINT, {string.Join(", ", columns)})", cancellation);
        string[] selected =
        [
            JobDatabase.Name(file.Place),
            file.Time.Sql,
            .. file.Keys.Concat(file.Requests).SelectMany(static of => of).Select(static column => column.Sql),
        ];
        using var writer = new TableWriter(database, Table);
        var done = 0L;
        foreach (var row in database.Stream($"SELECT {string.Join(", ", selected)} FROM {RowsFile.Table}"))
        {
            staged.Add(row, writer);
            if (++done % 10_000 != 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            progress.Advance(10_000);
        }

        writer.Close();
        return staged;
    }

    private void Add(DuckDBDataReader row, TableWriter writer)
    {
        var place = row.GetInt64(0);
        var time = TimeOf(row, place);
        var entities = new EntityKey[file.Keys.Count];
        var next = 2;
        for (var view = 0; view < entities.Length; view++)
        {
            entities[view] = EntityOf(row, place, file.Keys[view], next);
            next += file.Keys[view].Length;
        }

        if (!shard.Contains(entities[0]))
            return;
        var staged = writer.CreateRow(ValueBytes * row.FieldCount);
        staged.AppendValue(place);
        staged.AppendValue(time);
        foreach (var entity in entities)
            staged.AppendValue(entity.Text);
        for (; next < row.FieldCount; next++)
            staged.AppendValue(row.IsDBNull(next) ? double.NaN : row.GetDouble(next));
        staged.EndRow();
        Count++;
        Latest = Math.Max(Latest, time);
    }

    private long TimeOf(DuckDBDataReader row, long place)
    {
        if (row.IsDBNull(1))
            throw file.WrongRow(place, $"{file.Time.Name} is empty; each row needs the time at which its features are read");
        if (!file.Time.IsText)
        {
            return row.GetInt64(1) is var microseconds && Instant.IsValid(microseconds)
                ? microseconds
                : throw file.WrongRow(place, $"{file.Time.Name} is {microseconds} µs since 1970, which is out of range");
        }

        var text = row.GetString(1);
        return IsoTime.TryParse(text, out var time) && Instant.TryFrom(time, out var instant)
            ? instant.Microseconds
            : throw file.WrongRow(place, $"{file.Time.Name} is '{text}'; it must be {IsoTime.Form}, between 1970 and 2255");
    }

    private EntityKey EntityOf(DuckDBDataReader row, long place, RowColumn[] columns, int first)
    {
        var keys = new List<FieldValue>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            if (row.IsDBNull(first + i))
                throw file.WrongRow(place, $"{columns[i].Name} is empty; an entity's key must have a value");
            try
            {
                keys.Add(columns[i].IsText
                    ? FieldValue.FromString(row.GetString(first + i))
                    : FieldValue.FromInt64(row.GetInt64(first + i)));
                // A text has limits of its own as a key.
                if (i == columns.Length - 1)
                    return EntityKey.From(CollectionsMarshal.AsSpan(keys));
            }
            catch (ArgumentException e)
            {
                throw file.WrongRow(place, e.Message.Split(" (Parameter", 2)[0]);
            }
        }

        throw new InvalidOperationException("a view has no entity key");
    }
}

using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Features;

/// <summary>
/// Joins a view to the rows. DuckDB sorts events and rows together: by entity, then by known time. So one state is enough: each event is
/// applied to it, and each row reads it. An event that became known at a row's time comes before the row.
/// </summary>
internal sealed class ViewJoin
{
    private const int Event = 0;
    private const int Row = 1;
    private const int ProgressRows = 10_000;

    private readonly int view;
    private readonly FeatureEngine engine;
    private readonly byte[] empty;
    private readonly byte[] buffer = new byte[EventFormat.MostBytes];
    private readonly EventReader events = new();
    private readonly FeatureValue[] values;
    private readonly double[] request;
    private EntityState state;
    private string? entity;
    private long applied;

    internal ViewJoin(int view, FeatureEngine engine)
    {
        this.view = view;
        this.engine = engine;
        state = engine.CreateState();
        empty = engine.Encode(state);
        values = new FeatureValue[engine.Outputs.Count];
        request = new double[engine.Definition.Request.Count];
    }

    /// <summary>The table with the features of the staged rows, in the order of their places: the columns <c>fI</c>, and
    /// <c>status</c>.</summary>
    internal string Table => string.Create(CultureInfo.InvariantCulture, $"view{view}");

    internal static string Feature(int index) => string.Create(CultureInfo.InvariantCulture, $"f{index}");

    /// <summary>Computes the table.</summary>
    internal void Run(JobDatabase database, IStepProgress progress, CancellationToken cancellation)
    {
        var unsorted = Table + "_unsorted";
        var columns = engine.Outputs.Select(static (output, index) =>
            $"{Feature(index)} {(output.Type == FeatureType.Int64 ? "BIGINT" : "DOUBLE")}");
        database.Run($"CREATE TABLE {unsorted} (place BIGINT, status UTINYINT, {string.Join(", ", columns)})", cancellation);
        using (var writer = new TableWriter(database, unsorted))
        {
            var done = 0L;
            foreach (var item in database.Stream(Query()))
            {
                Enter(item.GetString(0));
                if (item.GetByte(2) == Event)
                {
                    Apply(item);
                    continue;
                }

                Read(item, writer);
                if (++done % ProgressRows != 0)
                    continue;
                cancellation.ThrowIfCancellationRequested();
                progress.Advance(ProgressRows);
            }

            writer.Close();
        }

        database.Run($"CREATE TABLE {Table} AS SELECT * EXCLUDE place FROM {unsorted} ORDER BY place", cancellation);
        database.Run($"DROP TABLE {unsorted}", cancellation);
    }

    private string Query()
    {
        var (ofEvents, ofRows) = (StagedEvents.EntityOf(view), StagedRows.Entity(view));
        var requests = Enumerable.Range(0, request.Length).Select(index => StagedRows.Request(view, index)).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT * FROM (
              SELECT {ofEvents} AS entity, known AS time, {Event}::UTINYINT AS kind, sequence AS number, record
                {string.Concat(requests.Select(static name => $", NULL::DOUBLE AS {name}"))}
              FROM {StagedEvents.Table} SEMI JOIN {StagedRows.Table} ON {StagedEvents.Table}.{ofEvents} = {StagedRows.Table}.{ofRows}
              UNION ALL
              SELECT {ofRows}, time, {Row}::UTINYINT, place, NULL {string.Concat(requests.Select(static name => $", {name}"))}
              FROM {StagedRows.Table}
            ) ORDER BY entity, time, kind, number
            """);
    }

    private void Enter(string next)
    {
        if (next == entity)
            return;
        entity = next;
        state = engine.Decode(empty, state);
        applied = 0;
    }

    private void Apply(DuckDBDataReader item)
    {
        using var record = item.GetStream(4);
        var bytes = buffer.AsSpan(0, (int)record.Length);
        record.ReadExactly(bytes);
        // The order is that of the known times, so the place in it takes the place of the sequence.
        engine.Apply(state, events.Read(bytes), ++applied);
    }

    private void Read(DuckDBDataReader item, TableWriter writer)
    {
        var time = new Instant(item.GetInt64(1));
        for (var i = 0; i < request.Length; i++)
            request[i] = item.GetDouble(5 + i);
        engine.Finalise(state, time, request, values);
        var row = writer.CreateRow(sizeof(long) * (values.Length + 2));
        row.AppendValue(item.GetInt64(3));
        row.AppendValue((byte)engine.StatusAt(state, time));
        foreach (var value in values)
        {
            if (value.Type == FeatureType.Int64)
                row.AppendValue(value.Bits);
            else
                row.AppendValue(value.AsDouble);
        }

        row.EndRow();
    }
}

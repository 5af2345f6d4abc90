using System.Globalization;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Spool;

namespace ModelServing.Jobs.Features;

/// <summary>The events that the views use, each once, in a table with the columns <c>sequence</c>, <c>known</c>, <c>record</c>, and
/// <c>entityV</c> for the view V.</summary>
internal sealed class StagedEvents : IDisposable
{
    internal const string Table = "events";

    // About what a row has besides the event, once for itself and once for each view.
    private const int RowBytes = 48;

    private readonly IReadOnlyList<FeatureEngine> engines;
    private readonly EntityShard shard;
    private readonly long latest;
    private readonly TableWriter writer;
    private readonly EventReader events = new();
    private readonly EntityKey?[] entities;

    /// <param name="database">Gets the table.</param>
    /// <param name="engines">The views.</param>
    /// <param name="shard">The entities of the first view. Another view with the same keys has the same entities.</param>
    /// <param name="latest">Events that became known later are left out.</param>
    internal StagedEvents(JobDatabase database, IReadOnlyList<FeatureEngine> engines, EntityShard shard, long latest)
    {
        this.engines = engines;
        this.shard = shard;
        this.latest = latest;
        entities = new EntityKey?[engines.Count];
        var columns = engines.Select(static (_, view) => $"{EntityOf(view)} VARCHAR");
        database.Run($"CREATE TABLE {Table} (sequence BIGINT, known BIGINT, {string.Join(", ", columns)}, record BLOB)");
        writer = new TableWriter(database, Table);
    }

    /// <summary>The sequences of all events that were given, also of those that no view uses.</summary>
    internal SequenceRanges Sequences { get; } = new();

    /// <summary>The number of events in the table.</summary>
    internal long Count { get; private set; }

    /// <summary>The number of records that are not events which this program can read.</summary>
    internal long Unreadable { get; private set; }

    internal static string EntityOf(int view) => string.Create(CultureInfo.InvariantCulture, $"entity{view}");

    /// <summary>Adds an event, unless it was added before.</summary>
    internal void Add(SpooledRecord record) => Add((long)record.Number, record.Bytes);

    /// <summary>Adds an event, unless it was added before.</summary>
    internal void Add(long sequence, byte[] record)
    {
        if (!Sequences.Add(sequence))
            return;
        FeatureEvent read;
        try
        {
            read = events.Read(record);
        }
        catch (FormatException)
        {
            Unreadable++;
            return;
        }

        if (read.KnownTime.Microseconds > latest || !FindEntities(read))
            return;
        var row = writer.CreateRow(record.Length + RowBytes * (1 + entities.Length));
        row.AppendValue(sequence);
        row.AppendValue(read.KnownTime.Microseconds);
        foreach (var entity in entities)
        {
            if (entity is { } found)
                row.AppendValue(found.Text);
            else
                row.AppendNullValue();
        }

        row.AppendValue(record);
        row.EndRow();
        Count++;
    }

    /// <summary>Writes what was added. Nothing can be added after it.</summary>
    internal void Close() => writer.Close();

    public void Dispose() => writer.Dispose();

    // Whether a view has an entity of the event that is wanted.
    private bool FindEntities(FeatureEvent read)
    {
        var isWanted = false;
        for (var view = 0; view < entities.Length; view++)
        {
            entities[view] = engines[view].TryFindEntity(read, out var entity) && IsWanted(view, entity) ? entity : null;
            isWanted |= entities[view] is not null;
        }

        return isWanted;
    }

    private bool IsWanted(int view, EntityKey entity) =>
        !engines[view].Definition.Entity.SequenceEqual(engines[0].Definition.Entity) || shard.Contains(entity);
}

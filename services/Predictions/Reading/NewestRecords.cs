using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Reading;

/// <summary>The newest of many records, bounded in count and bytes. What it holds has no gap: every record that was offered and is newer
/// than the oldest one here is here too.</summary>
internal sealed class NewestRecords(int most, long mostBytes)
{
    private readonly PriorityQueue<(PredictionRecord Record, int Bytes), PredictionPosition> oldestFirst = new();
    private long bytes;
    private PredictionPosition? dropped;

    internal int Count => oldestFirst.Count;

    /// <summary>Whether there was no room for a record.</summary>
    internal bool IsFull => dropped is not null;

    internal void Add(PredictionRecord record)
    {
        var position = PredictionPosition.From(record);
        if (position <= dropped)
            return;
        var size = record.CalculateSize();
        oldestFirst.Enqueue((record, size), position);
        bytes += size;
        while (oldestFirst.Count > most || (bytes > mostBytes && oldestFirst.Count > 1))
        {
            oldestFirst.TryDequeue(out var oldest, out var floor);
            bytes -= oldest.Bytes;
            dropped = floor;
        }
    }

    /// <summary>Takes the records out, the newest first.</summary>
    internal IEnumerable<PredictionRecord> Take()
    {
        var records = new List<PredictionRecord>(oldestFirst.Count);
        while (oldestFirst.TryDequeue(out var oldest, out _))
            records.Add(oldest.Record);
        records.Reverse();
        return records;
    }
}

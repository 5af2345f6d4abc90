using Google.Protobuf;
using Microsoft.Extensions.Logging;
using ModelServing.Spool;

namespace ModelServing.Predictions.Shipping;

/// <summary>
/// A spool on its way to the store. Several batches are in flight, and may end in any order. The checkpoint moves over those that are done
/// from the first one on, and never over one that is not.
/// </summary>
internal sealed class ShippedSpool : IDisposable
{
    private const int MostBatchBytes = 4 * 1024 * 1024;

    private readonly Lock changing = new();
    private readonly LinkedList<ShippedBatch> inFlight = new();
    private readonly SpoolWriter? writer;
    private readonly AsideFolder aside;
    private readonly LogCounters counters;
    private readonly ILogger logger;
    private readonly SpoolReader reader;
    private SpoolCheckpoint done;
    private SpoolCheckpoint saved;
    private SpooledRecord? ahead;
    private ulong lastNumber;
    private long torn;

    /// <param name="folder">The spool.</param>
    /// <param name="writer">The writer of this process's spool; null for that of an ended process.</param>
    /// <param name="aside">Gets damaged parts.</param>
    /// <param name="counters">Count damaged parts and torn tails.</param>
    /// <param name="logger">Gets a line for each of them.</param>
    internal ShippedSpool(SpoolFolder folder, SpoolWriter? writer, AsideFolder aside, LogCounters counters, ILogger logger)
    {
        Folder = folder;
        this.writer = writer;
        this.aside = aside;
        this.counters = counters;
        this.logger = logger;
        done = saved = SpoolCheckpoint.Read(folder.Path);
        lastNumber = done.NextNumber - 1;
        reader = new SpoolReader(folder.Path, writer, done) { Damaged = SetAside };
    }

    internal SpoolFolder Folder { get; }

    /// <summary>The bytes of records in flight.</summary>
    internal long BytesInFlight
    {
        get
        {
            lock (changing)
                return inFlight.Sum(static batch => (long)batch.Bytes);
        }
    }

    /// <summary>When the attempt of the oldest record in flight began, in microseconds since 1970; null if nothing is in flight.</summary>
    internal long? Oldest
    {
        get
        {
            lock (changing)
                return inFlight.First?.Value.Oldest;
        }
    }

    /// <summary>The number after that of the last record in the store, without a gap before it.</summary>
    internal ulong NextNumber
    {
        get
        {
            lock (changing)
                return done.NextNumber;
        }
    }

    /// <summary>Reads the next records. Returns null if nothing was appended since.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    internal ShippedBatch? Read(int mostRows)
    {
        var rows = new List<StoredPrediction>();
        var (bytes, oldest, end) = (0, 0L, default(SpoolCheckpoint));
        while (rows.Count < mostRows && (ahead ?? reader.Read()) is { } record)
        {
            ahead = null;
            if (rows.Count > 0 && bytes + record.Bytes.Length > MostBatchBytes)
            {
                ahead = record;
                break;
            }

            lastNumber = record.Number;
            end = new SpoolCheckpoint(record.End, record.Number + 1);
            try
            {
                var (row, time) = RecordKey.RowOf(record.Bytes);
                oldest = rows.Count == 0 ? time : oldest;
                rows.Add(row);
                bytes += record.Bytes.Length;
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
            {
                SetAside(new DamagedBytes(record.End, record.Bytes, 1));
            }
        }

        if (writer is null && reader.TornBytes > torn)
        {
            counters.CountTorn(reader.TornBytes - torn);
            ShipperLog.Torn(logger, Folder.Path, reader.TornBytes - torn);
            torn = reader.TornBytes;
        }

        if (rows.Count == 0)
            return null;
        var batch = new ShippedBatch(rows, end, bytes, oldest);
        lock (changing)
            inFlight.AddLast(batch);
        return batch;
    }

    /// <summary>The store has the batch.</summary>
    internal void Done(ShippedBatch batch)
    {
        lock (changing)
        {
            batch.IsDone = true;
            while (inFlight.First is { Value.IsDone: true } first)
            {
                done = first.Value.End;
                inFlight.RemoveFirst();
            }
        }
    }

    /// <summary>Saves the checkpoint, and deletes the segments before it.</summary>
    /// <exception cref="IOException">The disk is full, or fails. The records before the checkpoint may be put again.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    internal void Save()
    {
        var reached = default(SpoolCheckpoint);
        lock (changing)
            reached = done;
        if (reached == saved)
            return;
        reached.Write(Folder.Path);
        saved = reached;
        writer?.DeleteBefore(reached.Position.Segment);
    }

    public void Dispose() => reader.Dispose();

    private void SetAside(DamagedBytes damaged)
    {
        counters.CountLost(LostReason.Damaged, damaged.Records);
        ShipperLog.Damaged(logger, Folder.Path, lastNumber, damaged.Records, Keep(damaged));
    }

    // What became of the bytes. The records after them are shipped in any case.
    private string Keep(DamagedBytes damaged)
    {
        var name = AsideFolder.NameOfDamage(Folder.Path, damaged.Position.Segment, damaged.Position.Offset);
        try
        {
            if (!aside.Keep(name, damaged.Bytes, $"a part of the spool is damaged: {damaged.Records} records after number {lastNumber}"))
                return "are dropped, because too much lies aside";
            counters.CountSetAside();
            return $"lie aside as {name}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't be set aside: {e.Message}";
        }
    }
}

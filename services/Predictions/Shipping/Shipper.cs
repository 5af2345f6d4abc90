using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Predictions.Shipping;

/// <summary>
/// Takes records from spools to the store. A record leaves its spool only when the store has acknowledged it, so it may be put more than
/// once, and never less. The number of puts in flight follows the store (<see cref="Pace"/>). A record that the store will never take is
/// set aside.
/// </summary>
internal sealed class Shipper(
    IPredictionStore store, LargeTensors large, AsideFolder aside, LogCounters counters, TimeProvider time, ILogger logger)
{
    private const long MostBytesInFlight = 16 * 1024 * 1024;

    // Longer than the stores' own limits.
    private static readonly TimeSpan PutLimit = TimeSpan.FromSeconds(30);

    private readonly Pace pace = new(store.MostConcurrency, time);
    private string? failure;

    /// <summary>Why the store does not take records; null if it does.</summary>
    internal string? Failure => Volatile.Read(ref failure);

    /// <summary>The puts that may be in flight.</summary>
    internal int Concurrency => pace.Limit;

    /// <summary>Ships what is in the spool now, and returns how many records that was. On cancellation, the rest stays in the
    /// spool.</summary>
    /// <exception cref="IOException">The spool can't be read.</exception>
    internal async Task<int> ShipAsync(ShippedSpool spool, CancellationToken cancellation)
    {
        var shipped = 0;
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.RemoveAll(static task => task.IsCompleted);
                // Those that wait before they are tried again are counted too.
                if (running.Count >= store.MostConcurrency || (running.Count > 0 && spool.BytesInFlight > MostBytesInFlight))
                {
                    await Task.WhenAny(running);
                    continue;
                }

                var mark = await pace.EnterAsync(cancellation);
                ShippedBatch? batch = null;
                try
                {
                    batch = spool.Read(store.MostRows);
                }
                finally
                {
                    if (batch is null)
                        pace.Abandon();
                }

                if (batch is null)
                    break;
                shipped += batch.Rows.Count;
                running.Add(PutAsync(spool, batch, mark, cancellation));
                SaveIfDue(spool);
            }
        }
        finally
        {
            await Task.WhenAll(running);
            Save(spool);
        }

        cancellation.ThrowIfCancellationRequested();
        return shipped;
    }

    private long lastSaved;

    private void SaveIfDue(ShippedSpool spool)
    {
        if (time.GetElapsedTime(lastSaved) < TimeSpan.FromSeconds(1))
            return;
        lastSaved = time.GetTimestamp();
        Save(spool);
    }

    private void Save(ShippedSpool spool)
    {
        try
        {
            spool.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Records before the checkpoint are put again after a restart, which changes nothing in the store.
            ShipperLog.NoCheckpoint(logger, spool.Folder.Path, e.Message);
        }
    }

    // Never throws. A batch that is canceled stays in the spool.
    private async Task PutAsync(ShippedSpool spool, ShippedBatch batch, PaceMark mark, CancellationToken cancellation)
    {
        var left = new Queue<IReadOnlyList<StoredPrediction>>([batch.Rows]);
        for (var failures = 0; left.TryPeek(out var rows);)
        {
            try
            {
                await PutOnceAsync(rows, cancellation);
                counters.CountShipped(rows.Count);
                left.Dequeue();
                failures = 0;
                Works();
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                pace.Abandon();
                return;
            }
            catch (PredictionStoreException e) when (e.Error == PredictionStoreError.Refused)
            {
                left.Dequeue();
                if (rows.Count == 1)
                    SetAside(rows[0], e.Message);
                // The store does not say which one it refuses.
                foreach (var row in rows.Count == 1 ? [] : rows)
                    left.Enqueue([row]);
            }
            catch (Exception e)
            {
                var error = (e as PredictionStoreException)?.Error ?? PredictionStoreError.Unavailable;
                counters.CountFailure(error);
                failures = pace.Slow(mark, isAway: error != PredictionStoreError.Throttled) ? failures + 1 : 0;
                Fails(e);
                if (await EnterAgainAsync(failures, cancellation) is not { } entered)
                    return;
                mark = entered;
            }
        }

        spool.Done(batch);
        pace.Leave();
    }

    private async Task PutOnceAsync(IReadOnlyList<StoredPrediction> rows, CancellationToken cancellation)
    {
        var (fitting, tensors) = (rows, 0);
        if (rows.Any(static row => row.Record.Length > StoredPrediction.MostRecordBytes))
        {
            var changed = new List<StoredPrediction>(rows.Count);
            foreach (var row in rows)
            {
                var (fitted, taken) = await large.FitAsync(row, cancellation);
                changed.Add(fitted);
                tensors += taken;
            }

            fitting = changed;
        }

        if (fitting.FirstOrDefault(static row => row.Record.Length > StoredPrediction.MostRecordBytes) is { RequestId: not null } tooLarge)
        {
            throw new PredictionStoreException(
                PredictionStoreError.Refused,
                $"the record has {tooLarge.Record.Length} bytes without large tensors; a row has at most " +
                    $"{StoredPrediction.MostRecordBytes}");
        }

        await TimeLimit.RunAsync(
            async token =>
            {
                await store.PutAsync(fitting, token);
                return true;
            },
            PutLimit,
            time,
            cancellation);
        // Not before, because a put that fails is tried again.
        if (large.HasObjects)
            counters.CountLargeObjects(tensors);
        else
            counters.CountLargeDigests(tensors);
    }

    // A batch that fails while others do not waits longer than those. Null if it was canceled.
    private async Task<PaceMark?> EnterAgainAsync(int failures, CancellationToken cancellation)
    {
        try
        {
            if (failures > 0)
                await Task.Delay(Pace.Pauses.After(failures), time, cancellation);
            return await pace.EnterAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void SetAside(StoredPrediction row, string reason)
    {
        try
        {
            if (aside.Keep($"{row.RequestId}-{row.Attempt}", row.Record.Span, reason))
            {
                counters.CountSetAside();
                ShipperLog.SetAside(logger, row.RequestId, reason);
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"{reason}; and it can't be set aside: {e.Message}";
        }

        counters.CountLost(LostReason.NoRoomAside);
        ShipperLog.Lost(logger, row.RequestId, reason);
    }

    private void Fails(Exception e)
    {
        var why = e.Message.ReplaceLineEndings(" ");
        if (Interlocked.Exchange(ref failure, why) is null)
            ShipperLog.Failing(logger, store.Location, why);
    }

    private void Works()
    {
        if (Volatile.Read(ref failure) is not null && Interlocked.Exchange(ref failure, null) is not null)
            ShipperLog.Works(logger, store.Location);
    }
}

internal static partial class ShipperLog
{
    [LoggerMessage(80, LogLevel.Warning, "Predictions stay in the spool: {Store} does not take them: {Why}")]
    internal static partial void Failing(ILogger logger, string store, string why);

    [LoggerMessage(81, LogLevel.Information, "Predictions go to {Store} again")]
    internal static partial void Works(ILogger logger, string store);

    [LoggerMessage(82, LogLevel.Error, "The record of request {RequestId} was set aside: {Why}")]
    internal static partial void SetAside(ILogger logger, string requestId, string why);

    [LoggerMessage(83, LogLevel.Error, "The record of request {RequestId} is lost: {Why}")]
    internal static partial void Lost(ILogger logger, string requestId, string why);

    [LoggerMessage(84, LogLevel.Warning, "The checkpoint of the spool {Spool} can't be saved: {Why}")]
    internal static partial void NoCheckpoint(ILogger logger, string spool, string why);

    [LoggerMessage(
        85,
        LogLevel.Error,
        "The spool {Spool} is damaged after its record {Number}; records that are lost: {Records}; their bytes {Place}")]
    internal static partial void Damaged(ILogger logger, string spool, ulong number, long records, string place);

    [LoggerMessage(
        86,
        LogLevel.Information,
        "The tail of the spool {Spool}, {Bytes} bytes, is cut off: its process was killed within a record and answered no request with it")]
    internal static partial void Torn(ILogger logger, string spool, long bytes);
}

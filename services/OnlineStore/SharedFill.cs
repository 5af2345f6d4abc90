using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>
/// Fills a view by several processes, each with a part of its entities, whose states they have computed from the whole log. They share a
/// number, a lock and a record of the parts that are done. Whoever writes the last part writes the marker too. If another process
/// fills the view meanwhile, or the cache loses its values, the record or the lock is gone, and the fill ends without a marker.
/// </summary>
public sealed class SharedFill
{
    private const int MostWrites = 256;

    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan KeepPeriod = TimeSpan.FromSeconds(2);

    private readonly ViewStore view;
    private readonly FillRecord record;
    private readonly ulong number;
    private readonly int part;
    private readonly TimeProvider time;
    private readonly List<FeatureWrite> writes = [];
    private long keptAt;

    private SharedFill(ViewStore view, FillRecord record, int part, TimeProvider time)
    {
        this.view = view;
        this.record = record;
        number = ViewMarker.NumberOf(record.Fill) ?? 0;
        this.part = part;
        this.time = time;
        keptAt = time.GetTimestamp();
    }

    /// <summary>Begins a fill, or joins the one that another part has begun. Null while another process fills the view, and once
    /// it is filled.</summary>
    /// <param name="part">The part of this process, from 0.</param>
    /// <param name="parts">The number of parts.</param>
    /// <param name="epoch">The epoch of the event log. A view that was filled in an earlier one is filled again.</param>
    /// <param name="time">Measures how long the lock lasts, and gives the fill its number.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown.</exception>
    public static async Task<SharedFill?> TryBeginAsync(
        ViewStore view, int part, int parts, int epoch, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(time);
        var found = await FindAsync(view, cancellationToken);
        var joined = found is { IsComplete: false } && found.Digest == view.Engine.Digest && found.Parts == parts ? found : null;
        var holder = joined?.Holder ?? Guid.NewGuid();
        if (!await HoldAsync(view, holder, cancellationToken))
            return null;
        // Another fill may have begun in between, and have ended already.
        if ((joined is not null && (await FindAsync(view, cancellationToken))?.Fill != joined.Fill)
            || await view.FindMarkerAsync(epoch, cancellationToken) is not null)
        {
            await view.Values.UnlockAsync(view.Keys.Filling, holder, cancellationToken);
            return null;
        }

        if (joined is not null)
            return new SharedFill(view, joined, part, time);
        var number = await FillNumber.NextAsync(view, time, cancellationToken);
        var runs = await view.Values.FindRunsAsync(cancellationToken);
        var own = new FillRecord(view.Engine.Digest, ViewMarker.NameOf(number), holder, parts, [], runs);
        return await view.Values.TryChangeAsync(
            [FeatureValues.LockOf(view.Keys.Filling, holder)],
            [FillNumber.Note(view, number), new FeatureWrite(view.Keys.Parts, own.ToUtf8())],
            [view.Keys.Marker],
            view.Kept,
            cancellationToken)
            ? new SharedFill(view, own, part, time)
            : null;
    }

    /// <summary>Writes the state of an entity of the part. The state may be changed afterwards.</summary>
    /// <exception cref="CacheException">Some of the states may not be written, or the fill is void.</exception>
    public async Task AddAsync(EntityKey entity, EntityState state, CancellationToken cancellationToken)
    {
        writes.Add(new FeatureWrite(view.KeyOf(entity), StoredState.Write(view.Engine, state, number)));
        if (writes.Count == MostWrites)
            await FlushAsync(cancellationToken);
    }

    /// <summary>Says that the part is written. The last one writes the marker.</summary>
    /// <param name="epoch">The epoch of the event log.</param>
    /// <param name="readTo">The sequence of the last event that was read.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The marker; null if other parts are missing.</returns>
    /// <exception cref="CacheException">It is unknown, or the fill is void.</exception>
    public async Task<ViewMarker?> FinishAsync(int epoch, long readTo, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await KeepAsync(cancellationToken);
        FillRecord? written = null;
        await view.Values.UpdateAsync(
            [view.Keys.Parts],
            (_, old) =>
            {
                written = FillRecord.Parse(old) is { } now && now.Fill == record.Fill
                    ? now with { Done = new Dictionary<int, long>(now.Done) { [part] = readTo } }
                    : null;
                return written?.ToUtf8();
            },
            view.Kept,
            cancellationToken);
        if (written is null)
            throw Void();
        if (!written.IsComplete)
            return null;
        if (ViewMarker.IsOtherRun(written.Runs, await view.Values.FindRunsAsync(cancellationToken)))
        {
            await view.Values.DeleteAsync(view.Keys.Parts, cancellationToken);
            throw Void();
        }

        // Events after the first that a part did not read are applied again, which changes nothing where they were read.
        var marker = new ViewMarker(record.Digest, record.Fill, epoch, written.Done.Values.Min(), written.Runs);
        return await view.Values.TryChangeAsync(
            [FeatureValues.LockOf(view.Keys.Filling, record.Holder), new FeatureWrite(view.Keys.Parts, written.ToUtf8())],
            [new FeatureWrite(view.Keys.Marker, marker.ToUtf8())],
            [view.Keys.Parts, view.Keys.Filling],
            view.Kept,
            cancellationToken)
            ? marker
            : throw Void();
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (time.GetElapsedTime(keptAt) >= KeepPeriod)
            await KeepAsync(cancellation);
        var later = 0UL;
        await view.Values.UpdateAsync(
            writes.ConvertAll(static write => write.Key),
            (index, old) =>
            {
                if (StoredState.NumberOf(old) is not { } found || !FillNumber.IsLater(found, number))
                    return writes[index].Value.ToArray();
                later = Math.Max(later, found);
                return null;
            },
            view.Kept,
            cancellation);
        writes.Clear();
        if (later == 0)
            return;
        await FillNumber.PassAsync(view, later, cancellation);
        throw Void();
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        if (!await HoldAsync(view, record.Holder, cancellation) || (await FindAsync(view, cancellation))?.Fill != record.Fill)
            throw Void();
        keptAt = time.GetTimestamp();
    }

    private CacheException Void() => new(
        $"the fill of {view.Engine.Definition.Id} is void: another process fills the view, or the cache has lost its values");

    private static async Task<FillRecord?> FindAsync(ViewStore view, CancellationToken cancellation) =>
        FillRecord.Parse((await view.Values.ReadAsync([view.Keys.Parts], cancellation))[0]);

    private static async Task<bool> HoldAsync(ViewStore view, Guid holder, CancellationToken cancellation) =>
        await view.Values.KeepLockAsync(view.Keys.Filling, holder, LockTime, cancellation)
        || await view.Values.TryLockAsync(view.Keys.Filling, holder, LockTime, cancellation);
}

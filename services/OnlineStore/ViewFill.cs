using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Events;

namespace ModelServing.OnlineStore;

/// <summary>
/// Fills a view from the events of the log: a new view, or one whose values were lost. Its values carry a new number, so nothing that was
/// in the cache before becomes a part of them, and no reader accepts them before the marker says so. It holds a lock, and whoever loses the
/// lock begins again: the cache may have lost the values too.
/// </summary>
/// <remarks>
/// <code>
/// 1 lock      and then, with the lock in one transaction: the former marker is deleted
/// 2 states    each by compare-and-set, and never over the state of a later fill
/// 3 marker    with the lock in one transaction, because a cache that lost the lock lost the states too
/// </code>
/// </remarks>
public sealed class ViewFill
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(20);

    private readonly ViewStore view;
    private readonly ApplyCounts counts;
    private readonly int epoch;
    private readonly string? replaces;
    private readonly TimeProvider time;
    private readonly Guid holder = Guid.NewGuid();
    private ulong number;
    private string? runs;
    private bool isHeld;

    /// <param name="counts">Counts what became of the events.</param>
    /// <param name="epoch">The epoch of the event log.</param>
    /// <param name="replaces">The fill that is replaced, although it is one of this epoch; null if there is no such fill.</param>
    /// <param name="time">Gives the fill its number.</param>
    public ViewFill(ViewStore view, ApplyCounts counts, int epoch, string? replaces, TimeProvider time)
    {
        this.view = view;
        this.counts = counts;
        this.epoch = epoch;
        this.replaces = replaces;
        this.time = time;
    }

    /// <summary>Takes or keeps the lock. If this is false, another process fills the view, or has filled it; after it was true, the fill
    /// must begin again.</summary>
    /// <exception cref="CacheException">It is unknown.</exception>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        if (isHeld)
            return isHeld = await KeepAsync(cancellationToken);
        // The answer of an earlier try may be lost.
        if (!await KeepAsync(cancellationToken)
            && !await view.Values.TryLockAsync(view.Keys.Filling, holder, LockTime, cancellationToken))
            return false;
        // The view may have been filled since its marker was looked up.
        if (await view.FindMarkerAsync(cancellationToken) is { } found && found.Epoch == epoch && found.Fill != replaces)
        {
            await view.Values.UnlockAsync(view.Keys.Filling, holder, cancellationToken);
            return false;
        }

        number = await FillNumber.NextAsync(view, time, cancellationToken);
        runs = await view.Values.FindRunsAsync(cancellationToken);
        // Values are replaced from here on, also those of the parts of another fill.
        return isHeld = await view.Values.TryChangeAsync(
            [Lock], [FillNumber.Note(view, number)], [view.Keys.Marker, view.Keys.Parts], view.Kept, cancellationToken);
    }

    /// <summary>Applies events, in the order of the log. If it fails, it may be called again with the same ones.</summary>
    /// <returns>False if a later fill has begun, or the cache has values of one; then the fill must begin again.</returns>
    /// <exception cref="CacheException">Some of the values may not be written.</exception>
    public async Task<bool> ApplyAsync(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellationToken)
    {
        var grouped = new EntityEvents(view.Engine, batch, counts);
        var changes = new StateChanges(view, number);
        await changes.UpdateAsync(
            grouped.Entities.ConvertAll(view.KeyOf), grouped.Apply, overwrites: true, cancellationToken);
        if (changes.Later != 0)
        {
            await FillNumber.PassAsync(view, changes.Later, cancellationToken);
            await view.Values.UnlockAsync(view.Keys.Filling, holder, cancellationToken);
            return isHeld = false;
        }

        grouped.Count(counts);
        return true;
    }

    /// <summary>Writes the marker and gives the lock back.</summary>
    /// <param name="filledTo">The sequence of the last event.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The marker; null if the lock is lost, or a server of the cache was restarted; then the fill must begin again.</returns>
    /// <exception cref="CacheException">The marker may not be written.</exception>
    public async Task<ViewMarker?> FinishAsync(long filledTo, CancellationToken cancellationToken)
    {
        if (ViewMarker.IsOtherRun(runs, await view.Values.FindRunsAsync(cancellationToken)))
        {
            await view.Values.UnlockAsync(view.Keys.Filling, holder, cancellationToken);
            return null;
        }

        var marker = new ViewMarker(view.Engine.Digest, ViewMarker.NameOf(number), epoch, filledTo, runs);
        return await view.Values.TryChangeAsync(
            [Lock], [new FeatureWrite(view.Keys.Marker, marker.ToUtf8())], [view.Keys.Filling], view.Kept, cancellationToken)
            ? marker
            : null;
    }

    private FeatureWrite Lock => FeatureValues.LockOf(view.Keys.Filling, holder);

    private Task<bool> KeepAsync(CancellationToken cancellation) =>
        view.Values.KeepLockAsync(view.Keys.Filling, holder, LockTime, cancellation);
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Events;

namespace ModelServing.OnlineStore;

/// <summary>
/// Fills a view from the events of the log: a new view, or one whose values were lost. Its values carry a new number, so nothing that was
/// in the cache before becomes a part of them, and no reader accepts them before the marker says so. It holds a lock, and whoever loses the
/// lock begins again: the cache may have lost the values too.
/// </summary>
public sealed class ViewFill
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(20);

    private readonly ViewStore view;
    private readonly ApplyCounts counts;
    private readonly Guid holder = Guid.NewGuid();
    private readonly ulong number = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private bool isHeld;

    public ViewFill(ViewStore view, ApplyCounts counts)
    {
        this.view = view;
        this.counts = counts;
    }

    /// <summary>Takes or keeps the lock. If this is false after it was true, the fill must begin again.</summary>
    /// <exception cref="CacheException">It is unknown.</exception>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        if (isHeld)
            return isHeld = await view.Values.KeepLockAsync(view.Keys.Filling, holder, LockTime, cancellationToken);
        if (!await view.Values.TryLockAsync(view.Keys.Filling, holder, LockTime, cancellationToken))
            return false;
        // Values of the parts of another fill may be replaced from here on.
        await view.Values.DeleteAsync(view.Keys.Parts, cancellationToken);
        return isHeld = true;
    }

    /// <summary>Applies events, in the order of the log. If it fails, it may be called again with the same ones.</summary>
    /// <exception cref="CacheException">Some of the values may not be written.</exception>
    public async Task ApplyAsync(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellationToken)
    {
        var grouped = new EntityEvents(view.Engine, batch, counts);
        var keys = grouped.Entities.ConvertAll(view.KeyOf);
        var read = await view.Values.ReadAsync(keys, cancellationToken);
        var writes = new List<FeatureWrite>(keys.Count);
        for (var i = 0; i < keys.Count; i++)
        {
            if (grouped.Apply(i, StoredState.Read(view.Engine, read[i], number)) is { } state)
                writes.Add(new FeatureWrite(keys[i], StoredState.Write(view.Engine, state, number)));
        }

        await view.Values.WriteAsync(writes, view.Kept, cancellationToken);
        grouped.Count(counts);
    }

    /// <summary>Writes the marker and gives the lock back.</summary>
    /// <param name="epoch">The epoch of the event log.</param>
    /// <param name="filledTo">The sequence of the last event.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">The marker may not be written.</exception>
    public async Task<ViewMarker> FinishAsync(int epoch, long filledTo, CancellationToken cancellationToken)
    {
        var marker = new ViewMarker(view.Engine.Digest, ViewMarker.NameOf(number), epoch, filledTo);
        await view.MarkAsync(marker, cancellationToken);
        await view.Values.UnlockAsync(view.Keys.Filling, holder, cancellationToken);
        return marker;
    }
}

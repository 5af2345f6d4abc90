using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;

namespace ModelServing.OnlineStore;

/// <summary>
/// Follows the event log for one version of a view: fills it if the cache has no marker of it, and applies each new event to the state of
/// its entity. The host runs <see cref="RoundAsync"/> in a loop. A state knows the last event that was applied, so events that are applied
/// again after a restart change nothing.
/// </summary>
/// <remarks>
/// <code>
/// 1 marker     looked up each second; none, or one of another epoch of the log: the view is filled
/// 2 fill       from the first event on, with plain writes under a lock; at the end of the log, the marker
/// 3 apply      from the checkpoint on, each state by compare-and-set
/// </code>
/// </remarks>
public sealed class ViewFollower : IDisposable
{
    private const int MostEvents = 2048;

    private static readonly TimeSpan MarkerPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MarkerKept = TimeSpan.FromHours(1);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LockPeriod = TimeSpan.FromSeconds(1);

    private readonly ViewStore view;
    private readonly EventLog log;
    private readonly FollowerCheckpoint checkpoint;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly List<LoggedEvent> batch = [];
    private EventLogReader? reader;
    private ViewFill? fill;
    private bool hasHistory;
    private volatile ViewMarker? marker;
    private long checkedAt;
    private long keptAt;
    private long appliedTo;

    /// <param name="view">The view in the cache.</param>
    /// <param name="log">The event log.</param>
    /// <param name="folder">The folder of checkpoints.</param>
    /// <param name="time">Measures waits.</param>
    /// <param name="logger">Gets a line when the view begins to be filled, and when it is.</param>
    public ViewFollower(ViewStore view, EventLog log, string folder, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(view);
        this.view = view;
        this.log = log;
        this.time = time;
        this.logger = logger;
        checkpoint = new FollowerCheckpoint(folder, view.Engine.Definition.Id, time);
    }

    public ViewStore View => view;

    /// <summary>The results of the events.</summary>
    public ApplyCounts Counts { get; } = new();

    /// <summary>Whether readers see the view's features, as far as this process knows.</summary>
    public bool IsFilled => marker is not null;

    /// <summary>The sequence up to which events are applied; that of the fill while the view is filled.</summary>
    public long AppliedTo => Interlocked.Read(ref appliedTo);

    /// <summary>How many events were missing in the log when it was read.</summary>
    public long Missing => reader?.Missing ?? 0;

    /// <summary>Where the next event is.</summary>
    public EventPosition Position => reader?.Position ?? EventPosition.Start;

    /// <summary>One round: a batch of events, or a short wait without events.</summary>
    /// <exception cref="CacheException">The cache fails. The batch is applied in the next round.</exception>
    /// <exception cref="LogCompactedException">The view can't be filled from what is left of the log.</exception>
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            // 1
            if (fill is null && (marker is null || time.GetElapsedTime(checkedAt) >= MarkerPeriod))
                await CheckMarkerAsync(cancellationToken);
            // 2, 3
            await (marker is null ? FillAsync(cancellationToken) : ApplyAsync(cancellationToken));
        }
        catch (FeatureStateException e)
        {
            // Only this program writes there, so the log is authoritative.
            FollowerLog.Damaged(logger, view.Engine.Definition.Id.ToString(), e.Message);
            BeginFill();
        }
    }

    /// <summary>Saves how far the log was applied.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Save()
    {
        if (marker is { } filled && reader is not null && batch.Count == 0)
            checkpoint.Write(filled.Fill, reader.Position);
    }

    public void Dispose() => reader?.Dispose();

    private async Task CheckMarkerAsync(CancellationToken cancellation)
    {
        var found = await view.FindMarkerAsync(cancellation);
        checkedAt = time.GetTimestamp();
        if (found is null || found.Epoch != log.Epoch)
        {
            if (marker is not null || fill is null)
                BeginFill();
            return;
        }

        if (found.Fill != marker?.Fill)
        {
            // Filled before this process began, or by another one.
            Start(checkpoint.Find(found.Fill) ?? EventPosition.Start);
            batch.Clear();
            Interlocked.Exchange(ref appliedTo, Math.Max(found.FilledTo, reader!.Position.Next - 1));
            keptAt = 0;
            marker = found;
        }

        if (keptAt == 0 || time.GetElapsedTime(keptAt) >= MarkerKept)
        {
            await view.MarkAsync(found, cancellation);
            keptAt = time.GetTimestamp();
        }
    }

    private void BeginFill()
    {
        marker = null;
        batch.Clear();
        fill = new ViewFill(view, Counts);
        hasHistory = false;
        Start(EventPosition.Start);
        Interlocked.Exchange(ref appliedTo, 0);
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (!hasHistory)
        {
            await RequireHistoryAsync(cancellation);
            hasHistory = true;
            FollowerLog.Filling(logger, view.Engine.Definition.Id.ToString());
        }

        if (!await fill!.HoldAsync(cancellation))
        {
            // Another process fills the view, or the cache has lost the lock and maybe the values. The marker is looked up first.
            fill = null;
            await Task.Delay(LockPeriod, time, cancellation);
            return;
        }

        var last = log.LastSequence;
        if (await TakeAsync(0, cancellation))
        {
            await fill.ApplyAsync(batch, cancellation);
            Done();
            return;
        }

        // It may have been compacted meanwhile.
        await RequireHistoryAsync(cancellation);
        // What is missing up to there is nowhere.
        marker = await fill.FinishAsync(log.Epoch, Math.Max(last, reader!.Position.Next - 1), cancellation);
        Interlocked.Exchange(ref appliedTo, marker.FilledTo);
        fill = null;
        keptAt = checkedAt = time.GetTimestamp();
        checkpoint.Write(marker.Fill, reader.Position);
        FollowerLog.Filled(logger, view.Engine.Definition.Id.ToString(), marker.FilledTo, reader.Missing, reader.Unreadable);
    }

    // Features of a part of the events that count would be wrong.
    private async Task RequireHistoryAsync(CancellationToken cancellation)
    {
        var compacted = await log.FindCompactionAsync(cancellation);
        var needed = time.GetUtcNow() - view.Engine.Definition.History;
        if (compacted.Before <= Math.Max(0, needed.ToUnixTimeMilliseconds() * 1000))
            return;
        // The next round looks for the marker of another process, which reads the archive.
        fill = null;
        throw new LogCompactedException(view.Engine.Definition.Id, compacted, needed);
    }

    private async Task ApplyAsync(CancellationToken cancellation)
    {
        var (filled, last) = (marker!, log.LastSequence);
        if (!await TakeAsync(filled.FilledTo, cancellation))
        {
            if (last > AppliedTo && reader!.Position.Next > last)
                Interlocked.Exchange(ref appliedTo, last);
            checkpoint.WriteIfDue(filled.Fill, reader!.Position);
            await Task.Delay(Idle, time, cancellation);
            return;
        }

        var grouped = new EntityEvents(view.Engine, batch, Counts);
        if (await UpdateAsync(grouped, filled.FillNumber, overwrites: false, cancellation))
        {
            // Values of an earlier fill may be left. But another process may be filling the view again since the marker was read.
            if ((await view.FindMarkerAsync(cancellation))?.Fill != filled.Fill)
            {
                marker = null;
                return;
            }

            await UpdateAsync(grouped, filled.FillNumber, overwrites: true, cancellation);
        }

        grouped.Count(Counts);
        Done();
        checkpoint.WriteIfDue(filled.Fill, reader!.Position);
    }

    // Whether there are values of another fill, which were not overwritten.
    private async Task<bool> UpdateAsync(EntityEvents grouped, ulong fillNumber, bool overwrites, CancellationToken cancellation)
    {
        var others = false;
        await view.Values.UpdateAsync(
            grouped.Entities.ConvertAll(view.KeyOf),
            (index, old) =>
            {
                if (!overwrites && StoredState.IsOther(old, fillNumber))
                {
                    others = true;
                    return null;
                }

                return grouped.Apply(index, StoredState.Read(view.Engine, old, fillNumber)) is { } state
                    ? StoredState.Write(view.Engine, state, fillNumber)
                    : null;
            },
            view.Kept,
            cancellation);
        return others;
    }

    // Whether there is a batch of events after a sequence. A batch that failed is taken again.
    private async Task<bool> TakeAsync(long after, CancellationToken cancellation)
    {
        for (var read = 0; batch.Count < MostEvents && read < 16 * MostEvents; read++)
        {
            if (await reader!.ReadAsync(cancellation) is not { } next)
                break;
            if (next.Sequence > after)
                batch.Add(next);
        }

        return batch.Count > 0;
    }

    private void Done()
    {
        Interlocked.Exchange(ref appliedTo, batch[^1].Sequence);
        batch.Clear();
    }

    private void Start(EventPosition position)
    {
        reader?.Dispose();
        reader = log.Read(position);
    }
}

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
/// 1 marker     looked up each second; none, or one of another epoch of the log or another run of the cache: the view is filled
/// 2 fill       from the first event on, under a lock; at the end of the log, the marker
/// 3 apply      from the checkpoint on
/// </code>
/// </remarks>
public sealed class ViewFollower : IDisposable
{
    private const int MostEvents = 2048;

    private static readonly TimeSpan MarkerPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MarkerKept = TimeSpan.FromMinutes(10);
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
            BeginFill(marker?.Fill);
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
            BeginFill(null);
            return;
        }

        // A replica that took over, or a server that was restarted with an earlier copy, lacks events that were applied.
        var runs = await view.Values.FindRunsAsync(cancellation);
        if (ViewMarker.IsOtherRun(found.Runs, runs))
        {
            FollowerLog.OtherRun(logger, view.Engine.Definition.Id.ToString());
            BeginFill(found.Fill);
            return;
        }

        if (found.Fill != marker?.Fill)
        {
            // Filled before this process began, or by another one.
            Start(checkpoint.Find(found.Fill) ?? await log.FindPositionAsync(found.FilledTo, cancellation));
            batch.Clear();
            Interlocked.Exchange(ref appliedTo, Math.Max(found.FilledTo, reader!.Position.Next - 1));
            keptAt = 0;
            marker = found;
        }

        if (keptAt == 0 || time.GetElapsedTime(keptAt) >= MarkerKept)
        {
            await view.RenewAsync(found.Fill, runs, cancellation);
            keptAt = time.GetTimestamp();
        }
    }

    // The marker of the fill that is replaced counts no more.
    private void BeginFill(string? replaces)
    {
        marker = null;
        batch.Clear();
        fill = new ViewFill(view, Counts, log.Epoch, replaces, time);
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
            if (await fill.ApplyAsync(batch, cancellation))
                Done();
            else
                fill = null;
            return;
        }

        // It may have been compacted meanwhile.
        await RequireHistoryAsync(cancellation);
        // What is missing up to there is nowhere.
        marker = await fill.FinishAsync(Math.Max(last, reader!.Position.Next - 1), cancellation);
        fill = null;
        if (marker is null)
            return;
        Interlocked.Exchange(ref appliedTo, marker.FilledTo);
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
        var keys = grouped.Entities.ConvertAll(view.KeyOf);
        var changes = new StateChanges(view, filled.FillNumber);
        await changes.UpdateAsync(keys, grouped.Apply, overwrites: false, cancellation);
        if (changes.HasOthers)
        {
            // States of an earlier fill may be left. But another process may be filling the view again since the marker was read.
            if ((await view.FindMarkerAsync(cancellation))?.Fill != filled.Fill)
            {
                marker = null;
                return;
            }

            await changes.UpdateAsync(keys, grouped.Apply, overwrites: true, cancellation);
            if (changes.Later != 0)
            {
                // It is not filled by another process, and these states are in the way of further ones.
                await FillNumber.PassAsync(view, changes.Later, cancellation);
                BeginFill(filled.Fill);
                return;
            }
        }

        grouped.Count(Counts);
        Done();
        checkpoint.WriteIfDue(filled.Fill, reader!.Position);
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

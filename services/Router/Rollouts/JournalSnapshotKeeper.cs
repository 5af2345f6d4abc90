using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Board;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Keeps the board's states in a file, for a start while the journal is unavailable, and loads those that other routers left in the bucket.
/// A loaded state counts until the journal is read for the first time. If the journal does not contain the state's last event, the state
/// came from another journal and is dropped.
/// </summary>
internal sealed class JournalSnapshotKeeper(
    RolloutBoard board, ILogger<JournalSnapshotKeeper> logger, SnapshotFile? file = null, SharedSnapshot? shared = null)
{
    // Models whose state was loaded and not compared with the journal yet, and those of them that can't wait for their turn.
    private readonly ConcurrentDictionary<ModelName, bool> unproven = new();
    private readonly ConcurrentDictionary<ModelName, bool> urgent = new();
    private volatile KnownStates? known;
    private BoardView? seen;
    private ImmutableDictionary<ModelName, string>? faults;

    // What changed on the board since the file was written, and the changes beside it.
    private readonly ConcurrentDictionary<ModelName, bool> stale = new();
    private readonly SnapshotChanges? changes = file is null ? null : new SnapshotChanges(file);
    private long writtenBytes = NotWritten;

    // The file beside it is cheap up to this size.
    private const long LeastChanges = 256 * 1024;
    private const long NotWritten = -1;

    /// <summary>The states after the last round in which the journal could be read; null before.</summary>
    internal KnownStates? Known => known;

    /// <summary>Loads the states from the bucket, or else from the file.</summary>
    /// <returns>When the journal was read, for states of the bucket; null for those of the file, which must be read anew.</returns>
    internal async Task<DateTimeOffset?> LoadAsync(CancellationToken cancellation)
    {
        try
        {
            if (shared is not null && await shared.ReadAsync(cancellation) is { } newest)
            {
                Load(newest.States.Values, canWait: true);
                return newest.Read;
            }
        }
        catch (Exception e)
        {
            // The journal has it all; it only takes longer to read.
            RolloutLog.NoSnapshot(logger, e.Message);
        }

        Load();
        return null;
    }

    /// <summary>Loads the file into the board, if there is one.</summary>
    internal void Load()
    {
        if (file?.Read() is not { } read)
            return;
        if (read.Fault is { } fault)
            RolloutLog.NoSnapshot(logger, fault);
        if (read.Content is not { } content)
            return;
        try
        {
            Load(WithChanges(JournalSnapshot.Parse(content)).Values, canWait: false);
        }
        catch (Exception e)
        {
            // The journal has it all; the file only bridges a time without the journal.
            RolloutLog.NoSnapshot(logger, e.Message);
        }
    }

    /// <summary>Compares a model's loaded state with the journal, unless that was done before.</summary>
    /// <returns>The state; null without one, or if it came from another journal.</returns>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async Task<JournalState?> ProveAsync(JournalState? state, RolloutJournal journal, CancellationToken cancellation)
    {
        if (state is not { LastSeq: > 0 } || !unproven.ContainsKey(state.Model))
            return state;
        var from = await journal.ReadAsync(state.Model, state.LastSeq - 1, cancellation);
        if (from.Count > 0 && (state.LastId is null || from[0].Id == state.LastId))
            return state;
        var condemned = state.Versions.Values.Where(static version => version.Condemned is not null)
            .Select(static version => $"version {version.Version}")
            .DefaultIfEmpty("none");
        RolloutLog.OtherJournal(logger, journal.Location, state.LastSeq, state.Model.Text, string.Join(", ", condemned));
        return null;
    }

    /// <summary>The models whose states must be compared with the journal before they count.</summary>
    internal IEnumerable<ModelName> Unproven => urgent.Keys;

    /// <summary>Whether the journal of a model was read since its state was loaded from a snapshot.</summary>
    internal bool IsProven(ModelName model) => !unproven.ContainsKey(model);

    /// <summary>Records that the board has every event that was put before <paramref name="read"/>.</summary>
    internal void MarkRead(DateTimeOffset read)
    {
        // The same object as long as nothing changed.
        if (known is { } before && ReferenceEquals(seen, board.View) && ReferenceEquals(faults, board.Faults))
        {
            known = before with { Read = read };
            return;
        }

        (seen, faults) = (board.View, board.Faults);
        // Other routers must see for themselves that a journal can't be read.
        known = new KnownStates(read, seen.States.RemoveRange(faults.Keys));
    }

    /// <summary>Records that the journal of a model was read: its state needs no proof any more.</summary>
    internal void MarkProven(ModelName model)
    {
        unproven.TryRemove(model, out _);
        urgent.TryRemove(model, out _);
    }

    /// <summary>Records that the board changed since the file was written.</summary>
    internal void MarkChanged(ModelName model) => stale[model] = true;

    /// <summary>Writes the models that changed on the board, if any.</summary>
    internal void Save()
    {
        if (file is null || stale.IsEmpty)
            return;
        ModelName[] written = [.. stale.Keys];
        try
        {
            foreach (var model in written)
                stale.TryRemove(model, out _);
            Write(file, changes!, [.. written.Select(board.JournaledStateOf).OfType<JournalState>()]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            foreach (var model in written)
                stale[model] = true;
            // A change that was written in part hides those behind it.
            writtenBytes = NotWritten;
            RolloutLog.SnapshotNotWritten(logger, file.FullPath, e.Message);
        }
    }

    // A few changed models are appended, so that a change costs the same for any number of models. Once the appended changes are as large
    // as the snapshot, the snapshot is written anew.
    private void Write(SnapshotFile whole, SnapshotChanges beside, IReadOnlyList<JournalState> few)
    {
        if (writtenBytes != NotWritten && File.Exists(whole.FullPath) && beside.Appended <= Math.Max(LeastChanges, writtenBytes))
        {
            beside.Append(JournalSnapshot.ToUtf8(few));
            return;
        }

        var all = JournalSnapshot.ToUtf8(board.States);
        whole.Write(all);
        // If this fails, the changes are older than the snapshot, and say nothing.
        beside.Clear();
        writtenBytes = all.Length;
    }

    private Dictionary<ModelName, JournalState> WithChanges(IReadOnlyDictionary<ModelName, JournalState> whole)
    {
        var states = whole.ToDictionary();
        try
        {
            foreach (var later in changes!.Read().SelectMany(static change => JournalSnapshot.Parse(change).Values))
            {
                // The changes may be older, if the process ended before they were removed.
                if (!states.TryGetValue(later.Model, out var known) || known.LastSeq < later.LastSeq)
                    states[later.Model] = later;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContractException)
        {
            RolloutLog.NoSnapshot(logger, e.Message);
        }

        return states;
    }

    private void Load(IEnumerable<JournalState> states, bool canWait)
    {
        foreach (var state in states)
        {
            board.Update(state);
            unproven[state.Model] = true;
            if (!canWait)
                urgent[state.Model] = true;
        }

        board.SetReach(answers: false);
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Keeps the board's states in a file, for a start while the journal is unavailable, and loads those that other routers left in the bucket.
/// A loaded state counts until the journal is read for the first time. If the journal does not contain the state's last event, the state
/// came from another journal and is dropped.
/// </summary>
internal sealed class JournalSnapshotKeeper(
    RolloutBoard board, ILogger<JournalSnapshotKeeper> logger, SnapshotFile? file = null, SharedSnapshot? shared = null)
{
    // Models whose state was loaded and not compared with the journal yet, and whether that can wait for their turn.
    private readonly ConcurrentDictionary<ModelName, bool> unproven = new();
    private volatile KnownStates? known;
    private volatile bool isStale;

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
                Load(newest.States, canWait: true);
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
            Load(JournalSnapshot.Parse(content).Values, canWait: false);
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

    /// <summary>Whether a model's state must be compared with the journal before it counts.</summary>
    internal bool MustBeProven(ModelName model) => unproven.TryGetValue(model, out var canWait) && !canWait;

    /// <summary>Records that the board has every event that was put before <paramref name="read"/>.</summary>
    internal void MarkRead(DateTimeOffset read)
    {
        // Other routers must see for themselves that a journal can't be read.
        var states = board.States.Where(state => board.FaultOf(state.Model) is null).ToList();
        // The same object as long as nothing changed.
        known = new KnownStates(read, known is { } before && before.States.SequenceEqual(states) ? before.States : states);
    }

    /// <summary>Records that the journal of a model was read: its state needs no proof any more.</summary>
    internal void MarkProven(ModelName model) => unproven.TryRemove(model, out _);

    /// <summary>Records that the board changed since the file was written.</summary>
    internal void MarkChanged() => isStale = true;

    /// <summary>Writes the file if the board changed.</summary>
    internal void Save()
    {
        if (file is null || !isStale)
            return;
        try
        {
            isStale = false;
            file.Write(JournalSnapshot.ToUtf8(board.States));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            isStale = true;
            RolloutLog.SnapshotNotWritten(logger, file.FullPath, e.Message);
        }
    }

    private void Load(IEnumerable<JournalState> states, bool canWait)
    {
        foreach (var state in states)
        {
            board.Update(state);
            unproven[state.Model] = canWait;
        }

        board.SetReach(answers: false);
    }
}

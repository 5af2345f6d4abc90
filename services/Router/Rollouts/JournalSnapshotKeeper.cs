using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Keeps the board's states in a file, for a start while the journal is unavailable. A loaded state counts until the journal is read for
/// the first time. If the journal does not contain the state's last event, the state came from another journal and is dropped.
/// </summary>
internal sealed class JournalSnapshotKeeper(RolloutBoard board, ILogger<JournalSnapshotKeeper> logger, SnapshotFile? file = null)
{
    // Models whose state was loaded and not compared with the journal yet.
    private readonly ConcurrentDictionary<ModelName, bool> unproven = new();
    private volatile bool isStale;

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
            foreach (var state in JournalSnapshot.Parse(content).Values)
            {
                board.Update(state);
                unproven[state.Model] = true;
            }

            board.SetReach(answers: false);
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
        if (state is not { LastSeq: > 0 } || IsProven(state.Model))
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

    /// <summary>Whether a model's state was read from the journal, or compared with it.</summary>
    internal bool IsProven(ModelName model) => !unproven.ContainsKey(model);

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
}

using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A disk on which the snapshot can't be written for a while.</summary>
public sealed class SnapshotOutageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ErrorCount log = new();

    private string Path => folder.Combine("snapshot");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_rollback_that_could_not_be_written_is_in_the_snapshot_without_a_further_event()
    {
        var (board, keeper) = Create();
        Update(Started(Plan(1, 2)));
        keeper.Save();
        var before = File.ReadAllBytes(Path);

        // A folder in the place of the file.
        File.Delete(Path);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "full"));
        Update(Started(Plan(1, 2)), RolledBack(2));
        for (var round = 1; round <= 3; round++)
        {
            keeper.Save();
            Assert.Equal(round, log.Errors);
        }

        Directory.Delete(Path, recursive: true);
        keeper.Save();
        Assert.NotEqual(before, File.ReadAllBytes(Path));
        // A router that starts while the journal is unavailable knows of it.
        var (next, reader) = Create();
        reader.Load();
        // It serves by what it knows of the journal, and that is not the same as never having read it.
        Assert.Equal(JournalReach.Away, next.Reach);
        Assert.NotNull(next.StateOf(Fraud)!.Condemned(new ModelVersion(2)));

        // Now the file has everything, so it is not written again.
        File.Delete(Path);
        keeper.Save();
        Assert.False(File.Exists(Path));

        void Update(params JournalEvent[] events)
        {
            board.Update(JournalState.Empty(Fraud).Apply(Numbered(events)));
            keeper.MarkChanged();
        }
    }

    private (RolloutBoard Board, JournalSnapshotKeeper Keeper) Create()
    {
        var board = new RolloutBoard(isJournaled: true);
        return (board, new JournalSnapshotKeeper(board, log, new SnapshotFile(Path)));
    }

    private sealed class ErrorCount : ILogger<JournalSnapshotKeeper>
    {
        internal int Errors { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Errors += logLevel == LogLevel.Error ? 1 : 0;
    }
}

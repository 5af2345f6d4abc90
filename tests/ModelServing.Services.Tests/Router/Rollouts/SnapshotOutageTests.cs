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

        void Update(params JournalEvent[] events) => SnapshotOutageTests.Update(board, keeper, Fraud, events);
    }

    [Fact]
    public void A_change_of_one_model_writes_that_model_alone_and_a_router_that_starts_knows_it()
    {
        var (board, keeper) = Create();
        foreach (var number in Enumerable.Range(0, 100))
            Update(board, keeper, ManyModels.Name(number), Started(Plan(1, 2)));
        keeper.Save();
        var whole = File.ReadAllBytes(Path);
        Update(board, keeper, ManyModels.Name(7), Started(Plan(1, 2)), RolledBack(2));
        keeper.Save();
        Assert.Equal(whole, File.ReadAllBytes(Path));
        Assert.InRange(new FileInfo(Changes).Length, 1, whole.Length / 20);
        Assert.Equal([ManyModels.Name(7)], Condemned());

        // Cut off, as by the end of the process.
        Update(board, keeper, ManyModels.Name(8), Started(Plan(1, 2)), RolledBack(2));
        keeper.Save();
        var both = File.ReadAllBytes(Changes);
        Assert.Equal([ManyModels.Name(7), ManyModels.Name(8)], Condemned());
        File.WriteAllBytes(Changes, both[..^1]);
        Assert.Equal([ManyModels.Name(7)], Condemned());
    }

    [Fact]
    public void Many_changes_become_a_snapshot_of_all_models_which_older_changes_do_not_hide()
    {
        var (board, keeper) = Create();
        List<JournalEvent> events = [Started(Plan(1, 2)), RolledBack(2)];
        Update(board, keeper, Fraud, [.. events]);
        keeper.Save();
        var first = File.ReadAllBytes(Path);
        byte[] changes = [];
        for (var i = 0; File.ReadAllBytes(Path).SequenceEqual(first); i++)
        {
            Assert.True(i < 5000, "it is never written");
            changes = File.Exists(Changes) ? File.ReadAllBytes(Changes) : [];
            events.Add(Reset(2, trial: i + 2));
            Update(board, keeper, Fraud, [.. events]);
            keeper.Save();
        }

        Assert.InRange(changes.Length, 256 * 1024, 300 * 1024);
        Assert.False(File.Exists(Changes));
        Assert.Equal(events.Count, Loaded().StateOf(Fraud)!.LastSeq);
        // What follows is appended again.
        events.Add(Reset(2, trial: events.Count));
        Update(board, keeper, Fraud, [.. events]);
        keeper.Save();
        Assert.InRange(new FileInfo(Changes).Length, 1, changes.Length / 10);
        // The process ended before it could remove them.
        File.WriteAllBytes(Changes, changes);
        Assert.Equal(events.Count - 1, Loaded().StateOf(Fraud)!.LastSeq);
    }

    [Fact]
    public void After_a_change_that_could_not_be_written_the_next_one_writes_all()
    {
        var (board, keeper) = Create();
        Update(board, keeper, Fraud, Started(Plan(1, 2)));
        keeper.Save();
        Directory.CreateDirectory(Changes);
        Update(board, keeper, Fraud, Started(Plan(1, 2)), RolledBack(2));
        keeper.Save();
        Assert.Equal(1, log.Errors);
        Directory.Delete(Changes);
        keeper.Save();
        Assert.False(File.Exists(Changes));
        Assert.Equal([Fraud], Condemned());
    }

    [Fact]
    public void While_the_snapshot_can_not_be_written_its_changes_stay()
    {
        var (board, keeper) = Create();
        Update(board, keeper, Fraud, Started(Plan(1, 2)));
        keeper.Save();
        Update(board, keeper, Fraud, Started(Plan(1, 2)), RolledBack(2));
        keeper.Save();
        // For a while, the disk has a folder in the place of the file.
        var aside = folder.Combine("aside");
        File.Move(Path, aside);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "full"));
        Update(board, keeper, ManyModels.Name(7), Started(Plan(1, 2)));
        keeper.Save();
        Assert.Equal(1, log.Errors);
        Directory.Delete(Path, recursive: true);
        File.Move(aside, Path);
        Assert.Equal([Fraud], Condemned());
    }

    [Fact]
    public void Changes_that_are_not_states_leave_the_snapshot()
    {
        var (board, keeper) = Create();
        Update(board, keeper, Fraud, Started(Plan(1, 2)), RolledBack(2));
        keeper.Save();
        new SnapshotChanges(new SnapshotFile(Path)).Append("of a later version of this program"u8);
        Assert.Equal([Fraud], Condemned());
    }

    private string Changes => Path + ".changes";

    private static void Update(RolloutBoard board, JournalSnapshotKeeper keeper, ModelName model, params JournalEvent[] events)
    {
        board.Update(JournalState.Empty(model).Apply(Numbered(events.Select(each => each with { Model = model }))));
        keeper.MarkChanged(model);
    }

    private IEnumerable<ModelName> Condemned() => Loaded().States
        .Where(static state => state.Condemned(new ModelVersion(2)) is not null).Select(static state => state.Model).Order();

    private RolloutBoard Loaded()
    {
        var (board, keeper) = Create();
        keeper.Load();
        return board;
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

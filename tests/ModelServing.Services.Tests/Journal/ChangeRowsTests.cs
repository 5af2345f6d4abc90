using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

/// <summary>The rows that say which models have changed, and how long they stay.</summary>
public sealed class ChangeRowsTests
{
    private static readonly ModelName Churn = ModelName.Parse("churn");

    private readonly FakeJournalStore store = new();
    private readonly SetTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_changes_of_one_moment_are_both_found()
    {
        var journal = new RolloutJournal(store, time: time);
        await journal.AppendAsync(SomeEvents.RolledBack(2), Token);
        await journal.AppendAsync(SomeEvents.RolledBack(2) with { Model = Churn }, Token);
        var changes = await journal.ReadChangesAsync(time.Now, Token);
        Assert.Equal([(Churn, 1), (SomeEvents.Fraud, 1)], changes.Select(static change => (change.Key, change.Value)).Order());
    }

    [Fact]
    public async Task An_event_is_put_although_the_answer_about_its_change_was_lost()
    {
        store.PuttingChange = static _ => throw FakeJournalStore.Lost();
        Assert.True((await new RolloutJournal(store, time: time).AppendAsync(SomeEvents.RolledBack(2), Token)).IsOurs);
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task Readers_learn_of_restored_events()
    {
        var events = SomeEvents.Numbered([SomeEvents.RolledBack(2), SomeEvents.Reset(2), SomeEvents.RolledBack(3)]);
        Assert.Equal(3, await JournalCopy.RestoreAsync(store, events, Token));
        var changes = await new RolloutJournal(store).ReadChangesAsync(TimeProvider.System.GetUtcNow(), Token);
        Assert.Equal([(SomeEvents.Fraud, 3)], changes.Select(static change => (change.Key, change.Value)));
    }

    [Fact]
    public async Task A_change_is_kept_for_its_time_and_deleted_by_a_later_one()
    {
        using var folder = new TemporaryFolder();
        using var sqlite = new SqliteJournalStore(folder.Combine("journal.db"));
        var kept = (long)ChangeRow.Kept.TotalMicroseconds;
        foreach (var number in (long[])[1000, 2000, 1000 + kept])
            Assert.True(await sqlite.PutChangeAsync(new ChangeRow(number, Churn, 1), Token));
        Assert.Equal([1000, 2000, 1000 + kept], await NumbersAsync());
        Assert.True(await sqlite.PutChangeAsync(new ChangeRow(1001 + kept, Churn, 1), Token));
        Assert.Equal([2000, 1000 + kept, 1001 + kept], await NumbersAsync());

        async Task<List<long>> NumbersAsync()
        {
            var numbers = new List<long>();
            await foreach (var change in sqlite.ReadChangesAsync(0, Token))
                numbers.Add(change.Number);
            return numbers;
        }
    }
}

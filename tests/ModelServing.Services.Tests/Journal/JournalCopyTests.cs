using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

public sealed class JournalCopyTests
{
    private static readonly ModelName Churn = ModelName.Parse("churn");

    private static readonly JournalEvent[] All =
    [
        .. SomeEvents.Numbered(
        [
            SomeEvents.Started(SomeEvents.Plan(1, 2)),
            SomeEvents.RolledBack(2, evidence: """{"summary":"12 of 40 failed","text":"a\nb"}"""),
            SomeEvents.Refused(SomeEvents.Plan(2), 2),
            SomeEvents.Reset(2),
        ]),
        .. SomeEvents.Numbered([SomeEvents.Started(SomeEvents.Plan(7)) with { Model = Churn }]),
    ];

    private readonly FakeJournalStore store = new();

    [Fact]
    public async Task A_copy_is_put_back_under_the_same_numbers_with_the_same_content()
    {
        store.Add(All);
        var copy = await CopyAsync(store);
        Assert.Equal(5, Encoding.UTF8.GetString(copy).Count(static c => c == '\n'));

        var restored = new FakeJournalStore();
        Assert.Equal(5, await RestoreAsync(restored, copy));
        Assert.Equal(
            store.Events.Select(static each => Encoding.UTF8.GetString(each.ToUtf8())),
            restored.Events.Select(static each => Encoding.UTF8.GetString(each.ToUtf8())));
        // Again, there is nothing to do.
        Assert.Equal((0, 5), (await RestoreAsync(restored, copy), restored.Puts));
        // The journal goes on after the last event.
        Assert.Equal(
            new Appended(5, true), await new RolloutJournal(restored).AppendAsync(SomeEvents.RolledBack(3), Cancellation));
    }

    [Fact]
    public async Task A_restore_that_was_cut_off_goes_on()
    {
        store.Add(All);
        var copy = await CopyAsync(store);
        var restored = new FakeJournalStore();
        restored.Add(All.Take(2));
        Assert.Equal(3, await RestoreAsync(restored, copy));
        Assert.Equal(5, restored.Events.Count);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_is_not_another_event()
    {
        store.Add(All);
        var restored = new FakeJournalStore();
        // It is there before the put, as after a lost answer.
        restored.Putting = each =>
        {
            if (each.Seq == 2)
                restored.Add(each);
        };
        await RestoreAsync(restored, await CopyAsync(store));
        Assert.Equal(5, restored.Events.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_journal_with_other_events_is_left_alone(int from)
    {
        store.Add(All);
        var other = new FakeJournalStore();
        other.Add(SomeEvents.Numbered([.. All.Take(from - 1), SomeEvents.Started(SomeEvents.Plan(9))]));
        var before = other.Events;
        var e = await Assert.ThrowsAsync<ContractException>(async () => await RestoreAsync(other, await CopyAsync(store)));
        Assert.Equal(
            $"the journal fake: has another event {from} of fraud than the copy; restore into an empty table", e.Message);
        Assert.Equal(before, other.Events);
        Assert.Equal(0, other.Puts);
    }

    [Fact]
    public async Task An_event_that_another_program_appends_meanwhile_is_not_replaced()
    {
        store.Add(All);
        var restored = new FakeJournalStore();
        restored.Putting = each =>
        {
            if (each.Seq == 3)
                restored.Add(SomeEvents.Numbered([SomeEvents.Started(SomeEvents.Plan(9))], 3));
        };
        await Assert.ThrowsAsync<ContractException>(async () => await RestoreAsync(restored, await CopyAsync(store)));
        Assert.Equal("9", ((RolloutEvent)restored.Events.Single(static each => each.Seq == 3 && each.Model == SomeEvents.Fraud))
            .Rollout.Revision);
    }

    [Theory]
    [InlineData("not JSON", "line 1: ")]
    [InlineData("", "line 1: ")]
    public async Task A_line_that_is_not_an_event_is_named(string line, string message)
    {
        var e = await Assert.ThrowsAsync<ContractException>(() => ReadAsync(Encoding.UTF8.GetBytes(line + "\n")));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_event_is_named()
    {
        store.Add(All);
        var lines = Encoding.UTF8.GetString(await CopyAsync(store)).Split('\n');
        var e = await Assert.ThrowsAsync<ContractException>(
            () => ReadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines.Where((_, i) => i != 2)))));
        // The other model, with one event, is first in the file.
        Assert.Equal("line 3: it is event 3 of fraud; event 2 must come before it", e.Message);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<byte[]> CopyAsync(IJournalStore store)
    {
        using var file = new MemoryStream();
        Assert.Equal(All.Length, await JournalCopy.WriteAsync(store, [Churn, SomeEvents.Fraud], file, Cancellation));
        return file.ToArray();
    }

    private static Task<IReadOnlyList<JournalEvent>> ReadAsync(byte[] copy) => JournalCopy.ReadAsync(new MemoryStream(copy), Cancellation);

    private static async Task<int> RestoreAsync(IJournalStore store, byte[] copy) =>
        await JournalCopy.RestoreAsync(store, await ReadAsync(copy), Cancellation);
}

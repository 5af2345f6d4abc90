using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Journal;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>Each minute, ModelMetrics asks the journal for what is new. A table in the cloud is paid by reads.</summary>
public sealed class RefusedRolloutsTests
{
    private static readonly ModelName[] Many =
        [.. Enumerable.Range(0, 40).Select(static i => ModelName.Parse(string.Create(CultureInfo.InvariantCulture, $"model-{i:00}")))];

    private readonly SetTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_is_read_once_and_what_it_says_stays_known()
    {
        var store = new FakeJournalStore();
        store.Add(Numbered([RolledBack(2), Refused(Plan(2), 2)]));
        var read = new List<int>();
        store.Read = found =>
        {
            read.Add(found.Count());
            return found;
        };
        var rollouts = new RefusedRollouts(new RolloutJournal(store), time);
        for (var minute = 0; minute < 3; minute++)
            Assert.True((await rollouts.ReadAsync([Fraud], [], Token))[Fraud]);
        store.Add(Numbered([Applied(Plan(1))], from: 3));
        Assert.False((await rollouts.ReadAsync([Fraud], [], Token))[Fraud]);
        Assert.Equal([2, 0, 0, 1], read);
    }

    [Fact]
    public async Task A_model_whose_events_are_damaged_is_left_out_and_hides_no_other()
    {
        var store = new FakeJournalStore();
        store.Add(Numbered([RolledBack(2), Refused(Plan(2), 2)]));
        var churn = ModelName.Parse("churn");
        // The first event is missing.
        store.Add(RolledBack(2) with { Model = churn, Seq = 2 });
        List<string> damaged = [];
        var read = await new RefusedRollouts(new RolloutJournal(store), time).ReadAsync([churn, Fraud], damaged, Token);
        Assert.Equal([(Fraud, true)], read.Select(static one => (one.Key, one.Value)));
        Assert.Contains("of churn", Assert.Single(damaged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_minute_without_events_asks_for_one_model_whatever_their_number()
    {
        var store = new FakeJournalStore();
        foreach (var model in Many)
            store.Add(Refused(Plan(2), 2) with { Model = model, Seq = 1 });
        var reads = 0;
        store.Reading = () => Interlocked.Increment(ref reads);
        var rollouts = new RefusedRollouts(new RolloutJournal(store, time: time), time);
        Assert.All((await MinuteAsync(rollouts)).Values, Assert.True);
        Assert.Equal(Many.Length, reads);
        reads = 0;
        for (var minute = 0; minute < 10; minute++)
            Assert.Equal(Many.Length, (await MinuteAsync(rollouts)).Count);
        Assert.Equal(10, reads);
    }

    [Fact]
    public async Task A_change_is_read_in_the_next_minute()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store, time: time), time);
        await MinuteAsync(rollouts);
        var other = new RolloutJournal(store, time: time);
        await other.AppendAsync(Refused(Plan(2), 2) with { Model = Many[30] }, Token);
        Assert.Equal([Many[30]], RefusedIn(await MinuteAsync(rollouts)));
        // A minute that failed does not hide what came in it.
        await other.AppendAsync(Refused(Plan(2), 2) with { Model = Many[20] }, Token);
        store.ReadingChanges = static () => throw FakeJournalStore.Lost();
        await Assert.ThrowsAsync<JournalException>(() => MinuteAsync(rollouts));
        store.ReadingChanges = null;
        Assert.Equal([Many[20], Many[30]], RefusedIn(await MinuteAsync(rollouts)));
    }

    [Fact]
    public async Task An_event_whose_change_is_lost_or_too_old_is_found_all_the_same()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store), time);
        await MinuteAsync(rollouts);
        store.Add(Refused(Plan(2), 2) with { Model = Many[^1], Seq = 1 });
        for (var minute = 0; minute < Many.Length; minute++)
            await MinuteAsync(rollouts);
        Assert.Equal([Many[^1]], RefusedIn(await MinuteAsync(rollouts)));
        store.Add(Refused(Plan(2), 2) with { Model = Many[^2], Seq = 1 });
        time.Now += ChangeRow.Kept;
        Assert.Equal([Many[^2], Many[^1]], RefusedIn(await MinuteAsync(rollouts)));
    }

    [Fact]
    public async Task After_the_last_model_the_others_have_their_turn_again()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store), time);
        for (var minute = 0; minute < Many.Length + 3; minute++)
            await MinuteAsync(rollouts);
        store.Add(Refused(Plan(2), 2) with { Model = Many[20], Seq = 1 });
        for (var minute = 0; minute < Many.Length; minute++)
            await MinuteAsync(rollouts);
        Assert.Equal([Many[20]], RefusedIn(await MinuteAsync(rollouts)));
    }

    [Fact]
    public async Task Once_the_first_changes_since_the_last_read_may_be_deleted_all_models_are_read()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store), time);
        await rollouts.ReadAsync(Many, [], Token);
        store.Add(Refused(Plan(2), 2) with { Model = Many[^1], Seq = 1 });
        time.Now += ChangeRow.Kept - JournalLimits.Settled - TimeSpan.FromSeconds(1);
        Assert.Empty(RefusedIn(await rollouts.ReadAsync(Many, [], Token)));
        // A change may be late by so much, so older ones are needed too.
        time.Now += ChangeRow.Kept - JournalLimits.Settled;
        Assert.Equal([Many[^1]], RefusedIn(await rollouts.ReadAsync(Many, [], Token)));
    }

    [Fact]
    public async Task What_comes_during_a_long_read_is_found_in_the_next_minute()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store, time: time), time);
        await MinuteAsync(rollouts);
        Task? put = null;
        store.Reading = () =>
        {
            store.Reading = null;
            store.Add(Refused(Plan(2), 2) with { Model = Many[30], Seq = 1 });
            put = store.PutChangeAsync(new ChangeRow(ChangeRow.NumberAt(time.Now), Many[30], 1), Token);
            time.Now += JournalLimits.Settled + TimeSpan.FromMinutes(1);
        };
        Assert.Empty(RefusedIn(await MinuteAsync(rollouts)));
        await put!;
        Assert.Equal([Many[30]], RefusedIn(await MinuteAsync(rollouts)));
    }

    [Fact]
    public async Task A_damaged_list_of_changes_leads_to_a_read_of_all_models()
    {
        var store = new FakeJournalStore();
        var rollouts = new RefusedRollouts(new RolloutJournal(store), time);
        await MinuteAsync(rollouts);
        store.Add(Refused(Plan(2), 2) with { Model = Many[30], Seq = 1 });
        store.ReadingChanges = static () => throw new JournalException(JournalError.Damaged, "a row is not a change");
        Assert.Equal([Many[30]], RefusedIn(await MinuteAsync(rollouts)));
    }

    private static IEnumerable<ModelName> RefusedIn(IReadOnlyDictionary<ModelName, bool> read) =>
        read.Where(static one => one.Value).Select(static one => one.Key).Order();

    private async Task<IReadOnlyDictionary<ModelName, bool>> MinuteAsync(RefusedRollouts rollouts)
    {
        time.Now += TimeSpan.FromMinutes(1);
        return await rollouts.ReadAsync(Many, [], Token);
    }
}

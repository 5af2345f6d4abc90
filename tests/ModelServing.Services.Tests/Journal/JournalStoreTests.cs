using System.Text;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>The properties that every journal store has.</summary>
public abstract class JournalStoreTests : IAsyncLifetime
{
    private static readonly ModelName Churn = ModelName.Parse("churn");

    private readonly Func<Task<TestedJournalStore>> start;
    private TestedJournalStore tested = null!;

    private protected JournalStoreTests(Func<Task<TestedJournalStore>> start) => this.start = start;

    public async ValueTask InitializeAsync() => tested = await start();

    public async ValueTask DisposeAsync()
    {
        if (tested is not null)
            await tested.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_empty_journal_has_no_events() => Assert.Empty(await ReadAsync(tested.Open(), 0));

    [Fact]
    public async Task An_event_comes_back_as_it_was_put()
    {
        var store = tested.Open();
        JournalEvent[] put = [.. SomeEvents.Numbered([
            SomeEvents.Started(SomeEvents.Plan(1, 2)),
            SomeEvents.RolledBack(
                2,
                evidence: """{"text":"ä€𝄞 \" \\ \u0000","number":-1.25e-7,"large":12345678901234567,"flag":true,"nothing":null,"list":[[],{}],"date":"2026-05-04T12:00:00Z"}""") with { Time = SomeEvents.Noon.AddTicks(1_234_567) },
            SomeEvents.Reset(2) with { Why = "2026-05-04T12:00:00Z" }])];
        foreach (var each in put)
            Assert.True(await store.PutIfAbsentAsync(each, default));
        var read = await ReadAsync(tested.Open(), 0);
        // Numbers may be written differently and still be equal.
        Assert.Equal(put.Select(WithoutEvidence), read.Select(WithoutEvidence));
        Assert.True(
            JsonElement.DeepEquals(((RolledBackEvent)put[1]).Evidence!.Value, ((RolledBackEvent)read[1]).Evidence!.Value),
            Text(read[1]));

        static string WithoutEvidence(JournalEvent of) => Text(of is RolledBackEvent rolledBack ? rolledBack with { Evidence = null } : of);
    }

    [Fact]
    public async Task A_taken_number_stays_taken()
    {
        Assert.True(await tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, default));
        Assert.False(await tested.Open().PutIfAbsentAsync(SomeEvents.RolledBack(3) with { Seq = 1 }, default));
        Assert.Equal(new ModelVersion(2), Assert.IsType<RolledBackEvent>(Assert.Single(await ReadAsync(tested.Open(), 0))).Version);
    }

    [Fact]
    public async Task Each_model_has_its_own_numbers()
    {
        var store = tested.Open();
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, default));
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(3) with { Seq = 1, Model = Churn }, default));
        Assert.Equal(new ModelVersion(2), Assert.IsType<RolledBackEvent>(Assert.Single(await ReadAsync(store, 0))).Version);
    }

    [Fact]
    public async Task Only_events_after_a_number_are_read()
    {
        var store = tested.Open();
        for (var i = 1; i <= 9; i++)
            Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(i) with { Seq = i }, default));
        Assert.Equal([8, 9], (await ReadAsync(store, 7)).Select(static read => read.Seq));
        Assert.Equal([3, 4], (await ReadAsync(store, 2, 4)).Select(static read => read.Seq));
        Assert.Empty(await ReadAsync(store, 9));
    }

    [Fact]
    public async Task Changes_come_back_beside_the_events_and_their_numbers_stay_taken()
    {
        var store = tested.Open();
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 1 }, default));
        ChangeRow[] put = [new(1_800_000_000_000_000, SomeEvents.Fraud, 1), new(1_800_000_000_000_001, Churn, 7)];
        foreach (var each in put)
            Assert.True(await store.PutChangeAsync(each, default));
        Assert.False(await store.PutChangeAsync(put[0] with { Seq = 9 }, default));
        Assert.Equal(put, await ChangesAsync(0));
        Assert.Equal(put[1..], await ChangesAsync(put[0].Number));
        Assert.Single(await ReadAsync(tested.Open(), 0));

        async Task<IEnumerable<ChangeRow>> ChangesAsync(long after) =>
            (await tested.Open().ReadChangesAsync(after, TestContext.Current.CancellationToken)
                .ToListAsync(TestContext.Current.CancellationToken)).OrderBy(static change => change.Number);
    }

    [Fact]
    public async Task More_events_than_a_page_are_all_read()
    {
        var store = tested.Open();
        for (var i = 1; i <= 450; i++)
            Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(i) with { Seq = i }, default));
        Assert.Equal(Enumerable.Range(1, 450).Select(static i => (long)i), (await ReadAsync(store, 0)).Select(static read => read.Seq));
    }

    [Fact]
    public async Task The_largest_event_fits()
    {
        var store = tested.Open();
        var arms = Enumerable.Range(1, 2500)
            .Select(static i => ($"an-arm-with-a-name-that-is-long-{i}", i, 1))
            .Append(("stable", 6001, 7500))
            .ToArray();
        var large = SomeEvents.Applied(SomeEvents.Plan("r", arms)) with { Seq = 1 };
        Assert.InRange(large.ToUtf8().Length, 150_000, JournalEvent.MaxBytes);
        Assert.True(await store.PutIfAbsentAsync(large, default));
        Assert.Equal(Text(large), Text(Assert.Single(await ReadAsync(store, 0))));
    }

    [Fact]
    public async Task Each_of_many_writers_gets_its_own_number()
    {
        const int Writers = 8;
        const int Each = 12;
        var meeting = new Meeting(Writers);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var journal = new RolloutJournal(
                new ContendedStore(tested.Open(), meeting),
                new JournalLimits { Tries = 1000, LongestDelay = TimeSpan.FromMilliseconds(20) });
            for (var i = 0; i < Each; i++)
                Assert.True((await journal.AppendAsync(
                    SomeEvents.RolledBack(1 + writer * Each + i),
                    TestContext.Current.CancellationToken)).IsOurs);
        })));

        var read = await new RolloutJournal(tested.Open()).ReadAsync(SomeEvents.Fraud, 0, default);
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(static i => (long)i), read.Select(static e => e.Seq));
        Assert.Equal(Enumerable.Range(1, Writers * Each), read.Cast<RolledBackEvent>().Select(static e => e.Version.Number).Order());
    }

    [Fact]
    public async Task Only_one_of_many_writers_of_a_fact_writes_it()
    {
        var meeting = new Meeting(12);
        var appended = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() =>
            new RolloutJournal(new ContendedStore(
                tested.Open(),
                meeting), new JournalLimits { Tries = 1000, LongestDelay = TimeSpan.FromMilliseconds(20) }).AppendAsync(
                    SomeEvents.RolledBack(2),
                    TestContext.Current.CancellationToken))));
        Assert.Single(appended, static one => one.IsOurs);
        Assert.All(appended, static one => Assert.Equal(1, one.Seq));
        Assert.Single(await ReadAsync(tested.Open(), 0));
    }

    private static string Text(JournalEvent of) => Encoding.UTF8.GetString(of.ToUtf8());

    private static async Task<IReadOnlyList<JournalEvent>> ReadAsync(IJournalStore store, long after, long last = long.MaxValue)
    {
        var read = new List<JournalEvent>();
        await foreach (var one in store.ReadAsync(SomeEvents.Fraud, after, last, TestContext.Current.CancellationToken))
            read.Add(one);
        return [.. read.OrderBy(static one => one.Seq)];
    }
}

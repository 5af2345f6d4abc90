using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>The properties that every prediction store has.</summary>
public abstract class PredictionStoreTests : IAsyncLifetime
{
    private readonly Func<Task<TestedPredictionStore>> start;
    private TestedPredictionStore tested = null!;

    private protected PredictionStoreTests(Func<Task<TestedPredictionStore>> start) => this.start = start;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => tested = await start();

    public async ValueTask DisposeAsync()
    {
        if (tested is not null)
            await tested.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_empty_store_has_nothing()
    {
        var store = tested.Open();
        Assert.Empty(await store.FindAsync(SomePredictions.Id(1), Test));
        Assert.Empty(await ReadAsync(store));
        Assert.Empty(await store.FindOutcomesAsync([SomePredictions.Id(1)], Test));
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_put()
    {
        var record = SomePredictions.Record(1, dataBytes: 1000);
        await tested.Open().PutAsync([record], Test);
        Assert.Equal(record, Assert.Single(await tested.Open().FindAsync(record.RequestId, Test)));
        Assert.Equal(record, Assert.Single(await ReadAsync(tested.Open())));
    }

    [Fact]
    public async Task The_attempts_of_a_request_are_found_in_their_order()
    {
        var store = tested.Open();
        await store.PutAsync([SomePredictions.Record(1, 3), SomePredictions.Record(2), SomePredictions.Record(1, 1)], Test);
        await store.PutAsync([SomePredictions.Record(1, 2)], Test);
        Assert.Equal([1, 2, 3], (await store.FindAsync(SomePredictions.Id(1), Test)).Select(static record => record.Attempt));
    }

    [Fact]
    public async Task A_record_that_is_put_again_replaces_itself()
    {
        var first = SomePredictions.Record(1);
        await tested.Open().PutAsync([first], Test);
        await tested.Open().PutAsync([first], Test);
        Assert.Equal(first, Assert.Single(await ReadAsync(tested.Open())));

        var later = SomePredictions.Record(1, minute: SomePredictions.Minute + 1, dataBytes: 3);
        await tested.Open().PutAsync([later], Test);
        Assert.Equal(later, Assert.Single(await tested.Open().FindAsync(first.RequestId, Test)));
        Assert.Empty(await ReadAsync(tested.Open()));
    }

    [Fact]
    public async Task Only_the_records_of_the_model_and_the_minute_are_read()
    {
        var store = tested.Open();
        var wanted = new[] { SomePredictions.Record(1), SomePredictions.Record(2), SomePredictions.Record(1, attempt: 2) };
        await store.PutAsync(
            [
                .. wanted,
                SomePredictions.Record(4, model: "churn"),
                SomePredictions.Record(5, minute: SomePredictions.Minute + 1),
                SomePredictions.Record(6, minute: SomePredictions.Minute - 1),
            ],
            Test);
        Assert.Equal(Keys(wanted), Keys(await ReadAsync(store)));
    }

    [Fact]
    public async Task More_records_than_a_page_are_each_read_once()
    {
        var store = tested.Open();
        var records = Enumerable.Range(1, 700).Select(static number => SomePredictions.Record(number)).ToList();
        await store.PutAsync(records, Test);
        Assert.Equal(Keys(records), Keys(await ReadAsync(store)));
    }

    [Fact]
    public async Task The_largest_records_fit_and_are_read_in_pages()
    {
        var store = tested.Open();
        var records = Enumerable.Range(1, 12)
            .Select(static number => SomePredictions.Record(number, dataBytes: StoredPrediction.MostRecordBytes - 200))
            .ToList();
        Assert.InRange(
            SomeRecord.Stored(records[0]).Record.Length, StoredPrediction.MostRecordBytes - 200, StoredPrediction.MostRecordBytes);
        await store.PutAsync(records, Test);
        var read = await ReadAsync(store);
        Assert.Equal(records, read.OrderBy(static record => record.RequestId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_writers_at_once_store_every_record_once()
    {
        const int Writers = 8;
        const int Each = 60;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var store = tested.Open();
            // Half of the records of the next writer too.
            var own = Enumerable.Range(writer * Each, Each + Each / 2).Select(static number => SomePredictions.Record(number));
            foreach (var batch in own.Chunk(7))
                await store.PutAsync(batch, Test);
        })));
        Assert.Equal(
            Keys(Enumerable.Range(0, Writers * Each + Each / 2).Select(static number => SomePredictions.Record(number))),
            Keys(await ReadAsync(tested.Open())));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("-0.125")]
    [InlineData("1e300")]
    [InlineData("\"fraud\"")]
    [InlineData("\"2026-05-04T12:00:00+02:00\"")]
    [InlineData("\"ä€𝄞 \\\" \\\\ \\u0000\"")]
    public async Task An_outcome_comes_back_as_it_was_put(string value)
    {
        var text = $$"""{"id":"{{SomePredictions.Id(1)}}","value":{{value}},"observedAt":"2026-05-04T12:00:00.1234567+02:00"}""";
        var put = Outcome.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        await tested.Open().PutOutcomesAsync([put], Test);
        var found = Assert.Single(await tested.Open().FindOutcomesAsync([SomePredictions.Id(1), SomePredictions.Id(2)], Test));
        Assert.Equal((put.RequestId, put), (found.Key, found.Value));
        Assert.Equal(put.ObservedAt!.Value.Offset, found.Value.ObservedAt!.Value.Offset);
    }

    [Fact]
    public async Task A_later_outcome_replaces_the_earlier_one()
    {
        var store = tested.Open();
        await store.PutOutcomesAsync([SomePredictions.Outcome(1), SomePredictions.Outcome(2)], Test);
        await store.PutOutcomesAsync([SomePredictions.Outcome(1, isTrue: false)], Test);
        await store.PutOutcomesAsync([SomePredictions.Outcome(2, isTrue: false), SomePredictions.Outcome(2)], Test);
        var found = await store.FindOutcomesAsync([SomePredictions.Id(1), SomePredictions.Id(2)], Test);
        Assert.Equal(
            [(SomePredictions.Id(1), false), (SomePredictions.Id(2), true)],
            found.Select(static pair => (pair.Key, pair.Value.Value.Flag!.Value)).Order());
    }

    [Fact]
    public async Task An_outcome_is_stored_without_a_record_and_is_not_a_record()
    {
        var store = tested.Open();
        await store.PutOutcomesAsync([SomePredictions.Outcome(1)], Test);
        Assert.Empty(await store.FindAsync(SomePredictions.Id(1), Test));
        await store.PutAsync([SomePredictions.Record(1)], Test);
        Assert.Single(await store.FindAsync(SomePredictions.Id(1), Test));
        Assert.Single(await store.FindOutcomesAsync([SomePredictions.Id(1)], Test));
    }

    [Fact]
    public async Task As_many_outcomes_as_allowed_are_found_at_once()
    {
        var store = tested.Open();
        var outcomes = Enumerable.Range(1, IPredictionStore.MostOutcomes).Select(static number => SomePredictions.Outcome(number)).ToList();
        await store.PutOutcomesAsync(outcomes, Test);
        var found = await store.FindOutcomesAsync([.. outcomes.Select(static outcome => outcome.RequestId)], Test);
        Assert.Equal(outcomes.ToDictionary(static outcome => outcome.RequestId), found);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            store.FindOutcomesAsync([.. Enumerable.Range(0, IPredictionStore.MostOutcomes + 1).Select(SomePredictions.Id)], Test));
    }

    private static IEnumerable<(string RequestId, int Attempt)> Keys(IEnumerable<PredictionRecord> records) =>
        records.Select(static record => (record.RequestId, record.Attempt)).Order();

    private static async Task<IReadOnlyList<PredictionRecord>> ReadAsync(IPredictionStore store) =>
        await store.ReadAsync(SomePredictions.Fraud, SomePredictions.Minute, Test).ToListAsync(Test);
}

using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Predictions.Reading;

/// <summary>Reading predictions page by page.</summary>
public sealed class PredictionReaderTests
{
    private static readonly ModelName Fraud = ModelName.Parse("fraud");

    private readonly MemoryPredictionStore store = new();
    private readonly SteppedTime time = new();

    private PredictionReader Reader => new(store, time);

    [Fact]
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The same records each time.")]
    public async Task Pages_of_every_size_return_every_record_once_and_the_newest_first()
    {
        var random = new Random(1);
        // Many of the same time, over five minutes with a gap.
        var records = Enumerable.Range(0, 200)
            .Select(i => SomeRecord.Create(i, TimeSpan.FromSeconds(random.Next(0, 20) * 15), attempt: 1 + i % 2))
            .Where(static record => record.Time / 60_000_000 % 5 != 2)
            .ToList();
        store.Add(records);
        var expected = records
            .OrderByDescending(static record => record.Time).ThenByDescending(static record => record.RequestId, StringComparer.Ordinal)
            .Select(static record => record.RequestId).ToList();
        foreach (var limit in (int[])[1, 2, 7, 50, 500])
            Assert.Equal(expected, (await AllAsync(limit)).Select(static one => one.RequestId));
    }

    [Fact]
    public async Task The_range_begins_at_since_and_ends_before_until()
    {
        store.Add(Enumerable.Range(0, 10).Select(static i => SomeRecord.Create(i, TimeSpan.FromSeconds(30 * i))));
        var page = await Reader.ReadAsync(
            new PredictionQuery(Fraud, SomeRecord.Start.AddSeconds(60), SomeRecord.Start.AddSeconds(150), 100), default);
        Assert.Equal([SomeRecord.IdOf(4), SomeRecord.IdOf(3), SomeRecord.IdOf(2)], page.Predictions.Select(static one => one.RequestId));
        Assert.Null(page.Next);
        page = await Reader.ReadAsync(
            new PredictionQuery(ModelName.Parse("other"), SomeRecord.Start, SomeRecord.Start.AddDays(1), 5), default);
        Assert.Empty(page.Predictions);
    }

    [Fact]
    public async Task A_record_that_lands_between_two_pages_moves_no_other()
    {
        store.Add(Enumerable.Range(0, 10).Select(static i => SomeRecord.Create(i, TimeSpan.FromSeconds(i))));
        var first = await ReadAsync(4);
        store.Add(SomeRecord.Create(100, TimeSpan.FromSeconds(9.5)));
        var second = await ReadAsync(4, first.Next);
        Assert.Equal(
            Enumerable.Range(2, 8).Reverse().Select(SomeRecord.IdOf),
            first.Predictions.Concat(second.Predictions).Select(static one => one.RequestId));
    }

    [Fact]
    public async Task Large_records_make_a_page_shorter()
    {
        store.Add(Enumerable.Range(0, 30).Select(static i =>
        {
            var record = SomeRecord.Create(i, TimeSpan.FromSeconds(i * 7));
            record.Inputs.Add(new RecordedTensor { Name = "x", Datatype = "UINT8", Shape = { 400_000 }, Data = Zeros });
            return record;
        }));
        var page = await ReadAsync(100);
        Assert.InRange(page.Predictions.Count, 5, 6);
        Assert.NotNull(page.Next);
        Assert.Equal(Enumerable.Range(0, 30).Reverse().Select(SomeRecord.IdOf), (await AllAsync(100)).Select(static one => one.RequestId));
    }

    [Fact]
    public async Task A_slow_store_makes_a_page_shorter_and_the_next_one_goes_on()
    {
        store.Add(SomeRecord.Create(1), SomeRecord.Create(2, TimeSpan.FromMinutes(4)));
        store.Reading = _ => time.Advance(TimeSpan.FromSeconds(3));
        var first = await ReadAsync(100);
        Assert.Empty(first.Predictions);
        Assert.NotNull(first.Next);
        Assert.Equal([SomeRecord.IdOf(2), SomeRecord.IdOf(1)], (await AllAsync(100)).Select(static one => one.RequestId));
    }

    [Fact]
    public async Task A_page_reads_at_most_a_month_of_minutes()
    {
        var minutes = 0;
        store.Reading = _ => minutes++;
        var page = await Reader.ReadAsync(new PredictionQuery(Fraud, DateTimeOffset.MinValue, SomeRecord.Start, 10), default);
        Assert.Equal(31 * 24 * 60, minutes);
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task A_prediction_has_its_outcome_and_a_request_has_all_of_its_attempts()
    {
        store.Add(SomeRecord.Create(1, attempt: 2), SomeRecord.Create(1, attempt: 1), SomeRecord.Create(2));
        store.Outcomes[SomeRecord.IdOf(1)] = new Outcome(SomeRecord.IdOf(1), OutcomeValue.FromFlag(true), SomeRecord.Start);
        Assert.Equal(["True", "True", null], (await AllAsync(10)).OrderBy(static one => one.RequestId).Select(static one =>
            one.Outcome?.Value.Flag.ToString()));
        var found = await Reader.FindAsync(SomeRecord.IdOf(1), default);
        Assert.Equal([1, 2], found!.Attempts.Select(static one => one.Attempt));
        Assert.All(found.Attempts, static one => Assert.Equal(SomeRecord.Start, one.Outcome!.ObservedAt));
        Assert.Null(await Reader.FindAsync(SomeRecord.IdOf(3), default));
        Assert.NotNull(await Reader.FindOutcomeAsync(SomeRecord.IdOf(1), default));
        Assert.Null(await Reader.FindOutcomeAsync(SomeRecord.IdOf(2), default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1-x")]
    [InlineData("1-01J9Z3NDEKTSV4RRFFQ0000001")]
    [InlineData("1-01J9Z3NDEKTSV4RRFFQ0000001--1")]
    [InlineData("99999999999999999999")]
    public void A_position_that_no_page_has_is_refused(string text) => Assert.False(PredictionPosition.TryParse(text, out _));

    private static readonly ByteString Zeros = ByteString.CopyFrom(new byte[400_000]);

    private Task<PredictionsPage> ReadAsync(int limit, string? next = null)
    {
        PredictionPosition? before = PredictionPosition.TryParse(next, out var position) ? position : null;
        return Reader.ReadAsync(
            new PredictionQuery(Fraud, SomeRecord.Start, SomeRecord.Start.AddMinutes(10), limit, before), default);
    }

    private async Task<List<PredictionDocument>> AllAsync(int limit)
    {
        var all = new List<PredictionDocument>();
        string? next = null;
        for (var pages = 0; pages < 1000; pages++)
        {
            var page = await ReadAsync(limit, next);
            Assert.InRange(page.Predictions.Count, 0, limit);
            all.AddRange(page.Predictions);
            if (page.Next is null)
                return all;
            next = page.Next;
        }

        throw new InvalidOperationException("the pages never end");
    }
}

using CsCheck;
using ModelServing.Jobs.Export;
using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Jobs.Export;

public class TimeShardTests
{
    [Fact]
    public void Shards_cover_the_range_without_a_gap_or_an_overlap_and_split_no_minute() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 400_000], Gen.Int[1, 50]).Sample((offset, length, count) =>
        {
            var since = SomeRecord.Start.AddMilliseconds(offset);
            var until = since.AddMilliseconds(length);
            var at = since;
            for (var i = 0; i < count; i++)
            {
                var (first, end) = new TimeShard(i, count).Cut(since, until);
                Assert.Equal(at, first);
                Assert.True(first <= end);
                if (i + 1 < count)
                    Assert.True(end == since || end.Ticks % TimeSpan.TicksPerMinute == 0);
                at = end;
            }

            Assert.Equal(until, at);
        });

    [Fact]
    public void Shards_have_about_the_same_number_of_minutes()
    {
        var lengths = Enumerable.Range(0, 7)
            .Select(static i => new TimeShard(i, 7).Cut(SomeRecord.Start, SomeRecord.Start.AddDays(1)))
            .Select(static range => (range.Until - range.Since).TotalMinutes)
            .ToList();
        Assert.InRange(lengths.Max() - lengths.Min(), 0, 1);
    }
}

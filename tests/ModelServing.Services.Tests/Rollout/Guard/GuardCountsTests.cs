using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class GuardCountsTests
{
    private static readonly TrafficShare[] Shares = [
        Some.Share,
        TrafficShare.From(1, 9999),
        TrafficShare.From(5000, 5000),
        TrafficShare.From(10_000, 0),
        TrafficShare.From(0, 10_000),
    ];

    // Some minutes are close together, others further apart than copies are kept.
    private static readonly Gen<Observation> SomeObservation = Gen.Select(
        Gen.Bool,
        Gen.Enum<CallOutcome>(),
        Gen.OneOf(Shares),
        Gen.OneOf<int>(Gen.Int[1, 70], Gen.Int[1, 400]),
        Gen.OneOf<int>(Gen.Const(0), Gen.Int[0, 400]),
        (isWatched, outcome, share, minute, previous) => new Observation(isWatched, outcome, share, minute, KeyHistory.From(previous, 1)));

    private static readonly Gen<Observation[]> SomeObservations = SomeObservation.Array[0, 300];

    [Fact]
    public void Counts_of_several_routers_add_up_to_those_of_one_that_saw_everything() =>
        Gen.Select(SomeObservations, Gen.Int[1, 5]).Sample((all, routers) =>
            GuardCounts.Sum(all.Index().GroupBy(one => one.Index % routers).Select(group => Some.Counts(group.Select(one => one.Item))))
                .Equals(Some.Counts(all)));

    [Fact]
    public void The_order_of_addition_makes_no_difference() =>
        Gen.Select(SomeObservations, SomeObservations, SomeObservations).Sample((one, two, three) =>
    {
        var (a, b, c) = (Some.Counts(one), Some.Counts(two), Some.Counts(three));
        Assert.Equal(a.Add(b).Add(c), c.Add(a.Add(b)));
        Assert.Equal(a, a.Add(GuardCounts.Empty));
    });

    [Fact]
    public void The_order_of_observations_makes_no_difference() => Gen.Select(SomeObservations, Gen.Int).Sample((all, seed) =>
    {
        var shuffled = all.ToArray();
        new Random(seed).Shuffle(shuffled);
        return Some.Counts(shuffled).Equals(Some.Counts(all));
    });

    [Fact]
    public void Each_kept_copy_has_everything_since_its_start() => SomeObservations.Where(all => all.Length > 0).Sample(all =>
    {
        var counts = Some.Counts(all);
        for (var copy = 0; copy < counts.Copies; copy++)
        {
            var start = CopyWindow.StartOf(copy, counts.LastMinute);
            var seen = all.Where(one => start <= one.Minute && (!one.IsFailure || start > one.Key.CountsAfter)).ToList();
            foreach (var share in Shares)
            {
                foreach (var (kind, outcome) in ((GuardKind, CallOutcome)[])[
                    (GuardKind.Error, CallOutcome.Error),
                    (GuardKind.Slow, CallOutcome.Slow),
                    (GuardKind.NonFinite, CallOutcome.NonFinite),
                ])
                {
                    foreach (var isWatched in (bool[])[true, false])
                    {
                        var expected = share.IsDivided
                            ? seen.Count(one => one.Share == share && one.Outcome == outcome && one.IsWatched == isWatched)
                            : 0;
                        var segment = counts.Segments.Index()
                            .Where(one => one.Item == share)
                            .Select(one => counts.Segment(one.Index))
                            .SingleOrDefault();
                        Assert.Equal(expected, segment?.At(GuardCounts.RowOf(kind, isWatched), copy) ?? 0);
                    }
                }
            }

            var watched = seen.Where(one => one.IsWatched).ToList();
            Assert.Equal(
                (watched.Count(one => one.IsFailure), watched.Count(one => one.Outcome == CallOutcome.Succeeded)),
                counts.RateAt(copy));
            Assert.Equal(
                (watched.Count(
                    one => one.IsFailure && one.Share.IsWhole), watched.Count(
                        one => one.Outcome == CallOutcome.Succeeded && one.Share.IsWhole)),
                counts.WholeRateAt(copy));
        }
    });

    [Fact]
    public void The_first_and_the_60_newest_copies_are_kept()
    {
        Assert.Equal([1], Starts(1));
        Assert.Equal(Enumerable.Range(1, 61), Starts(61));
        Assert.Equal([1, .. Enumerable.Range(3, 60)], Starts(62));
        Assert.Equal([1, .. Enumerable.Range(941, 60)], Starts(1000));

        static IEnumerable<int> Starts(int minute)
        {
            var counts = Some.Counts(Some.Failure(isWatched: true, minute));
            return Enumerable.Range(0, counts.Copies).Select(copy => CopyWindow.StartOf(copy, counts.LastMinute));
        }
    }

    [Fact]
    public void Bytes_give_the_same_counts_and_the_same_counts_give_the_same_bytes() =>
        Gen.Select(SomeObservations, Gen.Int).Sample((all, seed) =>
    {
        var counts = Some.Counts(all);
        var bytes = counts.ToBytes();
        Assert.Equal(counts, GuardCounts.Parse(bytes));
        new Random(seed).Shuffle(all);
        Assert.Equal(bytes, Some.Counts(all).ToBytes());
    });

    [Fact]
    public void Other_bytes_are_refused_or_are_other_counts() =>
        Gen.Select(SomeObservation.Array[1, 20], Gen.Int[0, 100_000], Gen.Byte).Sample((all, at, value) =>
    {
        var bytes = Some.Counts(all).ToBytes();
        bytes[at % bytes.Length] = value;
        try
        {
            return GuardCounts.Parse(bytes).ToBytes().AsSpan().SequenceEqual(bytes);
        }
        catch (ContractException e)
        {
            return e.Message.StartsWith("the guard's counts ", StringComparison.Ordinal);
        }
    });

    [Fact]
    public void Bytes_that_end_early_or_late_are_refused()
    {
        var bytes = Some.Counts(Some.Failure(isWatched: true, 3), Some.Failure(isWatched: false, 90), Some.Success(4)).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Contains(
                "they end before",
                Assert.Throws<ContractException>(() => GuardCounts.Parse(bytes.AsSpan(0, length))).Message,
                StringComparison.Ordinal);
        Assert.Contains(
            "bytes after the last segment",
            Assert.Throws<ContractException>(() => GuardCounts.Parse([.. bytes, 0])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "at most",
            Assert.Throws<ContractException>(() => GuardCounts.Parse(new byte[GuardCounts.MaxBytes + 1])).Message,
            StringComparison.Ordinal);
    }

    // version, last minute 1, no rows of the rate, one segment of 1 : 19 with a row of one failure (of stable, in the good case).
    [Theory]
    [InlineData("01 01 00 01 01 13 02 02", null)]
    [InlineData("02 01 00 01 01 13 01 02", "version 2; this program reads version 1")]
    [InlineData("01 81 00 00 01 01 13 01 02", "last minute is not in its shortest form")]
    [InlineData("01 01 10 01 01 13 01 02", "the mask of rows is 16; there are 4 rows")]
    [InlineData("01 01 00 21 01 13 01 02", "number of segments is 33; at most 32")]
    [InlineData("01 01 00 01 02 26 01 02", "segment 0: 2 and 38 have a common factor")]
    [InlineData("01 01 00 01 00 13 01 02", "segment 0: 0 and 19 are not parts of 10000 buckets")]
    [InlineData("01 01 00 02 01 13 01 02 01 13 01 02", "segment 1: its share is not larger than the previous one")]
    [InlineData("01 01 00 01 01 13 00", "segment 0: it has no rows")]
    [InlineData("01 01 00 01 01 13 01 00", "segment 0: row 0 is all zeros")]
    [InlineData("01 01 00 01 01 13 01 01", "segment 0: row 0, copy 0 is -1; it must be from 0 to 281474976710655")]
    [InlineData("01 00 00 01 01 13 01", "segment 0: row 0 is all zeros")]
    public void A_fault_names_its_position(string hex, string? fault)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        if (fault is null)
            Assert.Equal(Some.Counts(Some.Failure(isWatched: false, 1)), GuardCounts.Parse(bytes));
        else
            Assert.EndsWith(fault, Assert.Throws<ContractException>(() => GuardCounts.Parse(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_bytes_is_bounded_for_any_counts()
    {
        var recorder = new GuardRecorder();
        for (var share = 1; share <= 100; share++)
        {
            for (var minute = 1; minute <= 2000; minute += 7)
            {
                foreach (var outcome in (CallOutcome[])[CallOutcome.Error, CallOutcome.Slow, CallOutcome.NonFinite])
                    recorder.Record(Some.Failure(isWatched: minute % 2 == 0, minute, outcome, TrafficShare.From(share, 10_000 - share)));
                recorder.Record(Some.Success(minute));
            }
        }

        var counts = recorder.Read();
        Assert.Equal(GuardRecorder.MaxSegments, counts.Segments.Count);
        Assert.Equal(3 * 286 * (100 - GuardRecorder.MaxSegments), recorder.LeftOut);
        Assert.InRange(counts.ToBytes().Length, 1, GuardCounts.MaxBytes);
    }

    [Fact]
    public void A_row_takes_at_most_its_part_of_the_bound()
    {
        // Every second copy has the largest valid count, so that each step is as long as possible.
        var row = Enumerable.Range(0, CopyWindow.MaxCopies).Select(copy => copy % 2 == 0 ? (1L << 48) - 1 : 0).ToArray();
        var rows = Enumerable.Repeat(row, GuardCounts.SegmentRows).ToArray();
        var segments = new SortedList<TrafficShare, CopyTable>();
        for (var i = 0; i < GuardRecorder.MaxSegments; i++)
            segments.Add(TrafficShare.From(129 + 2 * i, 8192), new CopyTable(CopyWindow.MaxMinute, [.. rows]));
        var counts = new GuardCounts(
            CopyWindow.MaxMinute,
            segments,
            new CopyTable(CopyWindow.MaxMinute, [.. rows.Take(GuardCounts.RateRows)]));
        Assert.Equal(GuardCounts.MaxBytes, counts.ToBytes().Length);
        Assert.Equal(counts, GuardCounts.Parse(counts.ToBytes()));
    }

    [Fact]
    public void A_sum_with_more_segments_than_one_router_has_cannot_be_written()
    {
        var sum = GuardCounts.Sum(Enumerable.Range(1, GuardRecorder.MaxSegments + 1)
            .Select(i => Some.Counts(Some.Failure(isWatched: true, 1, share: TrafficShare.From(i, 9000)))));
        Assert.Contains("33 segments are a sum", Assert.Throws<InvalidOperationException>(sum.ToBytes).Message, StringComparison.Ordinal);
    }
}

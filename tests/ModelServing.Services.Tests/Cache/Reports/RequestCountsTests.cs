using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache.Reports;

public class RequestCountsTests
{
    [Fact]
    public void Counts_of_parts_add_up_to_the_counts_of_the_whole_in_any_order() =>
        Gen.Select(SomeReports.Answer.List[0, 60], Gen.Int[0, 60], Gen.Int[0, 60])
        .Sample((answers, one, other) =>
        {
            var (first, second) = (Math.Min(Math.Min(one, other), answers.Count), Math.Min(Math.Max(one, other), answers.Count));
            RequestCounts[] parts = [
                SomeReports.Count(answers[..first]),
                SomeReports.Count(answers[first..second]),
                SomeReports.Count(answers[second..]),
            ];
            var whole = SomeReports.Count(answers);
            Assert.Equal(whole, (parts[0] + parts[1]) + parts[2]);
            Assert.Equal(whole, parts[2] + (parts[0] + parts[1]));
            Assert.Equal(whole, parts[1] + (parts[2] + parts[0]));
            Assert.Equal(whole, RequestCounts.None + whole);
            Assert.Equal(answers.Count, whole.Requests);
            foreach (var kind in Enum.GetValues<AnswerKind>())
                Assert.Equal(answers.Count(answer => answer.Kind == kind), whole.Count(kind));
        });

    [Fact]
    public void A_quantile_is_not_below_the_latency_of_its_rank_and_at_most_a_thirty_second_above() =>
        Gen.Select(SomeReports.Answer.List[1, 200], Gen.OneOf(((double[])[0.001, 0.5, 0.95, 0.99, 1.0]).Select(Gen.Const).ToArray()))
            .Sample((answers, quantile) =>
            {
                List<TimeSpan> telling = [.. answers.Where(static answer => answer.Kind != AnswerKind.ClientError)
                    .Select(static answer => answer.Latency)
                    .Order()];
                var latency = SomeReports.Count(answers).Latency(quantile);
                if (telling.Count == 0)
                {
                    Assert.Null(latency);
                    return;
                }

                var exact = telling[(int)Math.Ceiling(quantile * telling.Count) - 1];
                Assert.InRange(latency!.Value, exact, exact * (33 / 32.0) + TimeSpan.FromMicroseconds(1));
            });

    [Fact]
    public void Buckets_follow_each_other_without_a_gap()
    {
        for (var bucket = 0; bucket < LatencyBuckets.Count; bucket++)
        {
            var edge = LatencyBuckets.UpperEdge(bucket);
            Assert.Equal(bucket, LatencyBuckets.IndexOf(edge));
            Assert.Equal(Math.Min(bucket + 1, LatencyBuckets.Count - 1), LatencyBuckets.IndexOf(edge + TimeSpan.FromTicks(1)));
        }

        Assert.Equal(0, LatencyBuckets.IndexOf(TimeSpan.FromTicks(-1)));
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.IndexOf(TimeSpan.MaxValue - TimeSpan.FromTicks(10)));
    }
}

using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Inference.Reporting;

namespace ModelServing.Services.Tests.Inference.Reporting;

public class RequestRecorderTests
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(3);

    private readonly RequestRecorder recorder = new();

    [Fact]
    public void Requests_are_counted_by_variant_and_trial()
    {
        recorder.Answered("canary", "1", AnswerKind.Answered, Latency);
        recorder.Answered("canary", "1", AnswerKind.Failed, Latency);
        recorder.Answered("canary", "2", AnswerKind.Answered, Latency);
        recorder.Answered("stable", "1", AnswerKind.NonFinite, Latency);

        Assert.Equal([("canary", 1, 2L), ("canary", 2, 1L), ("direct", 0, 0L), ("stable", 1, 1L)], Read());
        Assert.Equal(1, recorder.Read().Single(static stream => stream is { Variant: "canary", Trial: 1 }).Counts.Count(AnswerKind.Failed));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, "1")]
    [InlineData("", "1")]
    [InlineData("Canary", "1")]
    [InlineData("a,b", "1")]
    [InlineData("canary", null)]
    [InlineData("canary", "0")]
    [InlineData("canary", "-1")]
    [InlineData("canary", "1,1")]
    public void What_no_router_of_ours_says_is_direct(string? variant, string? trial)
    {
        recorder.Answered(variant, trial, AnswerKind.Answered, Latency);
        Assert.Equal([("direct", 0, 1L)], Read());
    }

    [Fact]
    public void A_minute_has_what_came_since_the_one_before_it_was_closed()
    {
        recorder.Answered("canary", "1", AnswerKind.Answered, Latency);
        Assert.Equal(1, recorder.Close().Sum(static stream => stream.Counts.Requests));
        Assert.Equal(0, recorder.Read().Sum(static stream => stream.Counts.Requests));
        recorder.Answered("canary", "1", AnswerKind.Answered, Latency);
        recorder.Answered("canary", "1", AnswerKind.Answered, Latency);
        Assert.Equal(2, recorder.Read().Sum(static stream => stream.Counts.Requests));
        Assert.Equal(2, recorder.Close().Sum(static stream => stream.Counts.Requests));
    }

    [Fact]
    public void No_more_are_counted_apart_than_a_report_has_room_for_and_the_others_are_counted_as_that()
    {
        for (var trial = 1; trial <= ProcessReport.MaxStreams + 2; trial++)
            recorder.Answered("canary", $"{trial}", AnswerKind.Answered, Latency);
        Assert.Equal(ProcessReport.MaxStreams, recorder.Read().Count);
        Assert.Equal(3, recorder.TakeUncounted());
        Assert.Equal(0, recorder.TakeUncounted());
    }

    [Fact]
    public void An_trial_that_has_had_no_request_for_long_makes_room()
    {
        for (var trial = 1; trial < ProcessReport.MaxStreams; trial++)
            recorder.Answered("canary", $"{trial}", AnswerKind.Answered, Latency);
        for (var minute = 0; minute < 12; minute++)
        {
            recorder.Answered("canary", "7", AnswerKind.Answered, Latency);
            recorder.Close();
        }

        Assert.Equal([("canary", 7, 0L), ("direct", 0, 0L)], Read());
        recorder.Answered("canary", "99", AnswerKind.Answered, Latency);
        Assert.Equal(0, recorder.TakeUncounted());
    }

    [Fact]
    public void Nothing_is_lost_or_doubled_between_threads_and_a_reader_that_closes_minutes() => Gen.Int[1, 4].Sample(
        threads =>
        {
            const int Each = 2_000;
            var shared = new RequestRecorder();
            var closed = 0L;
            var writing = Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < Each; i++)
                    shared.Answered(thread % 2 == 0 ? "stable" : "canary", "1", (AnswerKind)(i % RequestCounts.Kinds), TimeSpan.FromMicroseconds(i));
            })));
            // Fewer minutes than after which an idle stream is let go.
            for (var minute = 0; minute < 8; minute++)
                closed += shared.Close().Sum(static stream => stream.Counts.Requests);
            writing.Wait(TestContext.Current.CancellationToken);
            closed += shared.Close().Sum(static stream => stream.Counts.Requests);
            Assert.Equal(threads * Each, closed);
        },
        iter: 20);

    private IEnumerable<(string, int, long)> Read() => recorder.Read().OrderBy(static stream => stream.Variant, StringComparer.Ordinal).ThenBy(static stream => stream.Trial)
        .Select(static stream => (stream.Variant, stream.Trial, stream.Counts.Requests));
}

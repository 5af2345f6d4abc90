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
    public void Requests_with_invalid_headers_are_direct(string? variant, string? trial)
    {
        recorder.Answered(variant, trial, AnswerKind.Answered, Latency);
        Assert.Equal([("direct", 0, 1L)], Read());
    }

    [Fact]
    public void A_minute_has_the_requests_since_the_previous_one_was_closed()
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
    public void Streams_beyond_the_capacity_of_a_report_are_counted_as_uncounted()
    {
        for (var trial = 1; trial <= ProcessReport.MaxStreams + 2; trial++)
            recorder.Answered("canary", $"{trial}", AnswerKind.Answered, Latency);
        Assert.Equal(ProcessReport.MaxStreams, recorder.Read().Count);
        Assert.Equal(3, recorder.TakeUncounted());
        Assert.Equal(0, recorder.TakeUncounted());
    }

    [Fact]
    public void A_trial_without_requests_for_a_long_time_makes_room()
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
    public void Concurrent_requests_are_counted_exactly_once_while_minutes_close() => Gen.Int[1, 4].Sample(
        threads =>
        {
            const int Each = 2_000;
            var shared = new RequestRecorder();
            var closed = 0L;
            var writing = Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < Each; i++)
                    shared.Answered(
                        thread % 2 == 0 ? "stable" : "canary",
                        "1",
                        (AnswerKind)(i % RequestCounts.Kinds),
                        TimeSpan.FromMicroseconds(i));
            })));
            // Fewer minutes than it takes to remove an idle stream.
            for (var minute = 0; minute < 8; minute++)
                closed += shared.Close().Sum(static stream => stream.Counts.Requests);
            writing.Wait(TestContext.Current.CancellationToken);
            closed += shared.Close().Sum(static stream => stream.Counts.Requests);
            Assert.Equal(threads * Each, closed);
        },
        iter: 20);

    private IEnumerable<(string, int, long)> Read() =>
        recorder.Read().OrderBy(static stream => stream.Variant, StringComparer.Ordinal).ThenBy(static stream => stream.Trial)
        .Select(static stream => (stream.Variant, stream.Trial, stream.Counts.Requests));
}

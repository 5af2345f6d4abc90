using CsCheck;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
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

    [Theory]
    [InlineData(200, false, 1)]
    [InlineData(200, true, 0)]
    [InlineData(400, false, 0)]
    [InlineData(499, false, 0)]
    [InlineData(500, false, 0)]
    public void A_request_that_another_variant_failed_is_evidence_against_it_only_if_it_is_answered_well(
        int status,
        bool isNonFinite,
        int evidence)
    {
        Answered(status, isNonFinite, "canary;version=2;trial=3;kind=error", "7");
        var compared = recorder.Read().Single(static stream => stream.Variant == "compared:canary:2:error");
        Assert.Equal((3, 1L, evidence), (compared.Trial, compared.Counts.Requests, (int)compared.Groups[7]));
        Assert.Equal(evidence, compared.Groups.Total);
        // It is also an ordinary request of stable. The first attempt has counted it for its client.
        var stable = recorder.Read().Single(static stream => stream.Variant == "stable");
        Assert.Equal((1L, 0L), (stable.Counts.Requests, stable.Groups.Total));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("4", 1)]
    [InlineData("3", 0)]
    [InlineData("0", 0)]
    [InlineData("-4", 0)]
    [InlineData("", 0)]
    [InlineData("4,4", 0)]
    public void An_answer_after_the_limit_at_which_the_other_variant_was_cut_off_is_no_evidence(string? within, int evidence)
    {
        Answered(200, false, "canary;version=2;trial=3;kind=error", "7", within);
        var compared = recorder.Read().Single(static stream => stream.Variant == "compared:canary:2:error");
        Assert.Equal((1L, evidence), (compared.Counts.Requests, (int)compared.Groups[7]));
    }

    [Theory]
    [InlineData(200, false, null, false, AnswerKind.Answered)]
    [InlineData(200, false, "4", false, AnswerKind.Answered)]
    [InlineData(200, false, "3", false, AnswerKind.Failed)]
    [InlineData(200, true, "3", false, AnswerKind.Failed)]
    // The caller's doing, whatever it took.
    [InlineData(200, false, "3", true, AnswerKind.Answered)]
    [InlineData(400, false, "3", false, AnswerKind.ClientError)]
    public void An_answer_of_stable_after_the_limit_at_which_the_other_variant_is_cut_off_is_the_same_failure(
        int status, bool isNonFinite, string? within, bool isShortened, AnswerKind kind)
    {
        Answered(status, isNonFinite, null, "7", within, isShortened);
        var stable = recorder.Read().Single(static stream => stream.Variant == "stable");
        Assert.Equal((1L, 1L), (stable.Counts.Requests, stable.Counts.Count(kind)));
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("canary;version=2;trial=3;kind=slow")]
    [InlineData("canary;version=2;trial=3;kind=broken")]
    [InlineData("canary;version=2;trial=3;kind=excused")]
    [InlineData("canary;version=2;trial=3;kind=unreachable")]
    [InlineData("canary;version=0;trial=3;kind=error")]
    [InlineData("canary;version=2;trial=0;kind=error")]
    [InlineData("Canary;version=2;trial=1;kind=error")]
    [InlineData("canary;trial=1;version=2;kind=error")]
    [InlineData("canary;version=2;trial=1;kind=error;x=1")]
    public void An_invalid_comparison_is_only_an_ordinary_request(string failover)
    {
        Answered(200, false, failover, "32");
        Assert.Equal([("direct", 0, 0L), ("stable", 1, 1L)], Read());
        Assert.Equal(0, recorder.Read().Sum(static stream => stream.Groups.Total));
    }

    [Fact]
    public void The_groups_of_a_minute_are_closed_with_it()
    {
        Answered(200, false, null, "0");
        Assert.Equal(1, recorder.Close().Sum(static stream => stream.Groups.Total));
        Assert.Equal(0, recorder.Read().Sum(static stream => stream.Groups.Total));
        Answered(200, false, null, "31");
        Assert.Equal(1, recorder.Read().Single(static stream => stream.Variant == "stable").Groups[31]);
    }

    [Fact]
    public void The_guard_and_the_reports_divide_clients_into_as_many_groups() =>
        Assert.Equal(ModelServing.Rollout.Guard.ClientGroups.Count, GroupCounts.Groups);

    [Fact]
    public void A_comparison_is_the_same_in_a_header_and_in_a_streams_name()
    {
        var comparison = new Comparison("b-2", new ModelVersion(12), 3, HeaderNames.NonFinite);
        Assert.True(Comparison.TryParseHeader(comparison.ToHeader(), out var read));
        Assert.Equal(comparison, read);
        Assert.Equal(comparison, Comparison.FromStream(comparison.Stream, 3));
        Assert.Null(Comparison.FromStream("canary", 1));
    }

    private void Answered(
        int status, bool isNonFinite, string? failover, string group, string? within = null, bool isShortened = false) => recorder.Answered(
        new HeaderDictionary
        {
            [HeaderNames.ModelVariant] = "stable",
            [HeaderNames.ModelTrial] = "1",
            [HeaderNames.ModelFailover] = failover,
            [HeaderNames.FailoverWithin] = within,
            [HeaderNames.ClientGroup] = group,
        },
        status,
        isNonFinite,
        new AnswerTime(2 * Latency, Latency, isShortened));

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

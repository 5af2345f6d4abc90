using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Inference.Reporting;
using ModelServing.Services.Tests.Cache.Reports;

namespace ModelServing.Services.Tests.Inference.Reporting;

public class MinuteLedgerTests
{
    private readonly RequestRecorder recorder = new();

    [Fact]
    public void A_closed_minute_is_kept_until_it_is_reported()
    {
        var ledger = Ledger();
        Count(2);
        Assert.Equal(0, ledger.MoveTo(10));
        Assert.Null(ledger.OldestUnreported);
        Assert.Equal(2, Requests(ledger.ReportOpenMinute(isLeaving: false)));

        Assert.Equal(0, ledger.MoveTo(11));
        Count(1);
        Assert.Equal((10, 2), (ledger.OldestUnreported!.Value.Minute, Requests(ledger.OldestUnreported.Value.Report)));
        Assert.Equal(1, Requests(ledger.ReportOpenMinute(isLeaving: false)));
        Assert.Equal(2, ledger.CountUnreported());
        ledger.MarkReported();
        Assert.Null(ledger.OldestUnreported);
    }

    [Fact]
    public void A_clock_that_goes_back_does_not_open_an_earlier_minute()
    {
        var ledger = Ledger();
        ledger.MoveTo(11);
        ledger.MarkReported();
        Count(1);
        ledger.MoveTo(9);
        Assert.Equal((11L, null), (ledger.OpenMinute, ledger.OldestUnreported?.Minute));
        Assert.Equal(1, Requests(ledger.ReportOpenMinute(isLeaving: false)));
    }

    [Fact]
    public void The_oldest_minute_is_dropped_when_too_many_are_unreported_and_its_requests_are_returned()
    {
        var ledger = Ledger();
        Assert.Equal([0L, 0, 0, 0, 0, 1, 2], Enumerable.Range(1, 7).Select(minute =>
        {
            Count(minute);
            return ledger.MoveTo(10 + minute);
        }));
        Assert.Equal(12, ledger.OldestUnreported!.Value.Minute);
        Assert.Equal(3 + 4 + 5 + 6 + 7, ledger.CountUnreported());
    }

    [Fact]
    public void A_report_without_requests_still_identifies_the_process()
    {
        var report = Ledger().ReportOpenMinute(isLeaving: true);
        Assert.Empty(report.Streams);
        Assert.True(report.IsLeaving);
        Assert.Equal(SomeReports.Two, report.Version);
    }

    [Fact]
    public void A_lost_record_is_in_the_report_of_its_minute_alone()
    {
        var state = new LogReport(5, TimeSpan.FromSeconds(2), 1, 3);
        var ledger = new MinuteLedger(new RequestRecorder(), SomeReports.Two, Guid.NewGuid(), 10, () => state);
        Assert.Equal(state, ledger.ReportOpenMinute(isLeaving: false).Log);
        state = state with { Lost = 4, Backlog = 0, BacklogAge = TimeSpan.Zero };
        ledger.MoveTo(11);
        Assert.Equal(state, ledger.OldestUnreported!.Value.Report.Log);
        Assert.Equal(state with { Lost = 0 }, ledger.ReportOpenMinute(isLeaving: false).Log);
        state = state with { Lost = 6 };
        Assert.Equal(state with { Lost = 2 }, ledger.ReportOpenMinute(isLeaving: false).Log);
        ledger.MoveTo(12);
        Assert.Equal(state with { Lost = 0 }, ledger.ReportOpenMinute(isLeaving: false).Log);
    }

    [Fact]
    public void A_process_without_a_log_reports_none() => Assert.Null(Ledger().ReportOpenMinute(isLeaving: false).Log);

    [Fact]
    public void Each_request_is_in_one_minute_or_dropped() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool).List[0, 60].Sample(steps =>
    {
        var (recorder, reported, now, total, dropped) = (new RequestRecorder(), new Dictionary<long, ProcessReport>(), 10L, 0, 0L);
        var ledger = new MinuteLedger(recorder, SomeReports.Two, Guid.NewGuid(), now);
        foreach (var (requests, passed, isReachable) in steps)
        {
            for (var i = 0; i < requests; i++)
                recorder.Answered("canary", "1", AnswerKind.Answered, TimeSpan.Zero);
            total += requests;
            dropped += ledger.MoveTo(now += passed);
            if (!isReachable)
                continue;
            while (ledger.OldestUnreported is var (minute, report))
            {
                reported[minute] = report;
                ledger.MarkReported();
            }

            reported[ledger.OpenMinute] = ledger.ReportOpenMinute(isLeaving: false);
        }

        dropped += ledger.MoveTo(now + 1);
        while (ledger.OldestUnreported is var (minute, report))
        {
            reported[minute] = report;
            ledger.MarkReported();
        }

        // A minute that was reported in part and dropped later keeps that part.
        Assert.InRange(reported.Values.Sum(Requests), total - dropped, total);
    });

    private static long Requests(ProcessReport report) => report.Streams.Sum(static stream => stream.Counts.Requests);

    private MinuteLedger Ledger() => new(recorder, SomeReports.Two, Guid.NewGuid(), 10);

    private void Count(int requests)
    {
        for (var i = 0; i < requests; i++)
            recorder.Answered("canary", "1", AnswerKind.Answered, TimeSpan.Zero);
    }
}

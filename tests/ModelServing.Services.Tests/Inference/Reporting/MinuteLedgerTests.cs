using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Inference.Reporting;
using ModelServing.Services.Tests.Cache.Reports;

namespace ModelServing.Services.Tests.Inference.Reporting;

public class MinuteLedgerTests
{
    private readonly RequestRecorder recorder = new();

    [Fact]
    public void A_minute_that_is_over_is_owed_until_it_is_said()
    {
        var ledger = Ledger();
        Count(2);
        Assert.Equal(0, ledger.Turn(10));
        Assert.Null(ledger.Owed);
        Assert.Equal(2, Requests(ledger.OfOpen(isLeaving: false)));

        Assert.Equal(0, ledger.Turn(11));
        Count(1);
        Assert.Equal((10, 2), (ledger.Owed!.Value.Minute, Requests(ledger.Owed.Value.Report)));
        Assert.Equal(1, Requests(ledger.OfOpen(isLeaving: false)));
        Assert.Equal(2, ledger.Unsaid());
        ledger.Said();
        Assert.Null(ledger.Owed);
    }

    [Fact]
    public void A_clock_that_goes_back_opens_no_minute_again()
    {
        var ledger = Ledger();
        ledger.Turn(11);
        ledger.Said();
        Count(1);
        ledger.Turn(9);
        Assert.Equal((11L, null), (ledger.Open, ledger.Owed?.Minute));
        Assert.Equal(1, Requests(ledger.OfOpen(isLeaving: false)));
    }

    [Fact]
    public void The_oldest_minute_is_given_up_when_too_many_are_owed_and_its_requests_are_told()
    {
        var ledger = Ledger();
        Assert.Equal([0L, 0, 0, 0, 0, 1, 2], Enumerable.Range(1, 7).Select(minute =>
        {
            Count(minute);
            return ledger.Turn(10 + minute);
        }));
        Assert.Equal(12, ledger.Owed!.Value.Minute);
        Assert.Equal(3 + 4 + 5 + 6 + 7, ledger.Unsaid());
    }

    [Fact]
    public void A_process_that_counted_nothing_says_so_and_that_it_is_there()
    {
        var report = Ledger().OfOpen(isLeaving: true);
        Assert.Empty(report.Streams);
        Assert.True(report.IsLeaving);
        Assert.Equal(SomeReports.Two, report.Version);
    }

    [Fact]
    public void Whenever_it_is_said_each_request_is_in_one_minute_or_given_up() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool).List[0, 60].Sample(steps =>
    {
        var (recorder, said, now, total, givenUp) = (new RequestRecorder(), new Dictionary<long, ProcessReport>(), 10L, 0, 0L);
        var ledger = new MinuteLedger(recorder, SomeReports.Two, Guid.NewGuid(), now);
        foreach (var (requests, passed, isThere) in steps)
        {
            for (var i = 0; i < requests; i++)
                recorder.Answered("canary", "1", AnswerKind.Answered, TimeSpan.Zero);
            total += requests;
            givenUp += ledger.Turn(now += passed);
            if (!isThere)
                continue;
            while (ledger.Owed is var (minute, report))
            {
                said[minute] = report;
                ledger.Said();
            }

            said[ledger.Open] = ledger.OfOpen(isLeaving: false);
        }

        givenUp += ledger.Turn(now + 1);
        while (ledger.Owed is var (minute, report))
        {
            said[minute] = report;
            ledger.Said();
        }

        // A minute that was said in part and given up later keeps that part.
        Assert.InRange(said.Values.Sum(Requests), total - givenUp, total);
    });

    private static long Requests(ProcessReport report) => report.Streams.Sum(static stream => stream.Counts.Requests);

    private MinuteLedger Ledger() => new(recorder, SomeReports.Two, Guid.NewGuid(), 10);

    private void Count(int requests)
    {
        for (var i = 0; i < requests; i++)
            recorder.Answered("canary", "1", AnswerKind.Answered, TimeSpan.Zero);
    }
}

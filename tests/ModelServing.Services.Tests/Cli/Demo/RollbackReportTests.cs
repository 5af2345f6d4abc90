using ModelServing.Cli.Demo;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;

namespace ModelServing.Services.Tests.Cli.Demo;

public class RollbackReportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly VariantPlan Canary = SomeStack.Plan("5").Rollouts[DemoModel.Name].Variants[0];
    private static readonly CondemnedVersion Condemned = new(
        new ModelVersion(2),
        1,
        Noon.AddSeconds(0.42),
        "guard",
        "router-1",
        "error: 5 failures against 0 of stable");

    [Fact]
    public void It_counts_what_came_before_and_after_the_rollback()
    {
        var report = Report(Condemned, new FaultCounts(1_900, 31, 7, 0));
        Assert.Equal(0.42, report.Seconds!.Value, 1e-9);
        Assert.Equal((900, 31, 7), (report.Payments, report.Reached, report.Failed));
        Assert.Equal((1_000, 0, 0), (report.LaterPayments, report.LaterReached, report.FailedForCallers));
        Assert.Equal("ms reset fraud 2 --why REASON", report.ResetCommand);
        Assert.True(report.AsExpected);
    }

    [Fact]
    public void A_failure_that_a_caller_saw_a_late_call_and_a_missing_rollback_are_not_as_expected()
    {
        Assert.False(Report(Condemned, new FaultCounts(1_900, 31, 7, 1)).AsExpected);
        Assert.False(Report(Condemned, new FaultCounts(1_900, 32, 7, 0)).AsExpected);
        var missing = Report(null, new FaultCounts(900, 31, 7, 0));
        Assert.False(missing.AsExpected);
        Assert.Equal((null, null, null), (missing.CondemnedAt, missing.Seconds, missing.ResetCommand));
    }

    [Fact]
    public void It_is_printed_within_80_columns()
    {
        var terminal = new RecordedTerminal();
        Report(Condemned, new FaultCounts(1_900, 31, 7, 0)).Print(terminal.Terminal, TimeSpan.FromSeconds(60));
        Assert.Equal(
            [
                "12:00:00.420 the guard rolled it back 0.42 s after the fault began",
                "  evidence         error: 5 failures against 0 of stable",
                "  reached it       31 of 900 payments; 7 failed, stable answered them",
                "  after that       0 of 1,000 payments reached it",
                "  failures seen    0 of 1,900 payments failed for their callers",
            ],
            terminal.Lines);
        Assert.All(terminal.Lines, static line => Assert.InRange(line.Length, 1, 80));
    }

    private static RollbackReport Report(CondemnedVersion? condemned, FaultCounts after) =>
        RollbackReport.From(Canary, Noon, condemned, new FaultCounts(900, 31, 7, 0), after, alarms: null);
}

using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using Spectre.Console;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class StatusReportTests
{
    private static readonly ReportForm Pipe = new(1000, HasSparklines: false);
    private static readonly ReportForm Narrow = new(80, HasSparklines: true);
    private static readonly ReportForm Wide = new(120, HasSparklines: true);

    [Fact]
    public void Each_variant_has_a_line_with_its_share_trial_and_endpoints()
    {
        var text = Text(SomeStatus.WithCondemned());
        Assert.Contains("fraud\n", text, StringComparison.Ordinal);
        Assert.Matches(@"  stable v1 +95% +trial 1  2 of 2 ready\n", text);
        Assert.Matches(@"  canary v2 +5% +trial 3  0 of 1 ready\n", text);
        Assert.Matches(@"  kept warm v7 +1 ready\n", text);
        Assert.Contains("  no requests yet\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("condemned at", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_period_has_the_variants_beside_each_other()
    {
        var text = Text(SomeStatus.WithFigures());
        Assert.Contains(
            "                       requests   share  errors refused  p50 ms  p95 ms  p99 ms\n" +
            "  last minute\n" +
            "    stable v1             1,140  95.00%   0.00%   0.00%    1.21    12.3     123\n" +
            "    canary v2                60   5.00%   5.00%  10.00%    1.21    12.3     123\n" +
            "  last 5 minutes\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("  last 60 minutes\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canary_without_a_request_has_a_row_but_no_sparkline()
    {
        var text = Text(
            SomeStatus.WithFigures().With(static model => model with
            {
                Variants = [.. model.Variants.Select(
                    static variant => variant.Name == "canary" ? variant with { Figures = null } : variant)],
            }),
            Narrow);
        Assert.Contains(
            "    stable v1             1,140 100.00%   0.00%   0.00%    1.21    12.3     123\n" +
            "    canary v2                 0   0.00%       -       -       -       -       -\n",
            text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("canary v2       requests", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_is_a_bar_and_words()
    {
        var text = Text(SomeStatus.WithCondemned());
        Assert.Contains("  guard of canary v2, minute 7 of trial 3\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "    error        [####............]  12.5 of the 8,000 that condemn: 2 failed, 1 of stable\n", text, StringComparison.Ordinal);
        Assert.Contains("    slow         [................]  1 of the 8,000 that condemn\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_has_sparklines_and_a_pipe_has_none()
    {
        Assert.DoesNotContain('█', Text(SomeStatus.WithFigures()));
        var wide = Text(SomeStatus.WithFigures(), Wide);
        Assert.Matches(@"    stable v1       requests ▁{59}█  max 1,140/min\n +p95       {59}█  max 12.3 ms\n", wide);
        var narrow = Text(SomeStatus.WithFigures(), Narrow);
        Assert.Matches(@"    stable v1       requests ▁{29}█  max 1,140/min\n +p95       {29}█  max 12.3 ms\n", narrow);
    }

    [Fact]
    public void Everything_but_sentences_and_commands_fits_the_terminal()
    {
        foreach (var form in (ReportForm[])[Narrow, Wide])
        {
            foreach (var status in (RolloutsStatus[])[SomeStatus.WithFigures(), SomeStatus.WithCondemned(), LongNames()])
                Assert.All(Text(status, form).Split('\n'), line => Assert.InRange(line.Length, 0, form.Width));
        }

        static RolloutsStatus LongNames() => SomeStatus.WithFigures().With(static model => model with
        {
            Variants = [.. model.Variants.Select(static variant => variant with { Name = new string('a', 40) })],
        });
    }

    [Fact]
    public void A_condemned_version_is_listed_with_the_reason_and_the_way_out()
    {
        var text = Text(SomeStatus.WithCondemned(2), Pipe with { Options = " --stack prod" });
        Assert.Contains(
            "fraud version 2 was condemned at 2026-05-04 12:00:00Z by router-9 (guard, trial 3)\n" +
                "    error: 5 failures against 0 of stable\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("ms reset fraud 2 --why REASON --stack prod\n", text, StringComparison.Ordinal);
        Assert.Matches("canary v2 +5% planned, 0% now ", text);
    }

    [Fact]
    public void Problems_are_listed()
    {
        Assert.Contains(
            "The journal is unread",
            Text(SomeStatus.WithCondemned() with { Journal = JournalReach.Unread }),
            StringComparison.Ordinal);
        Assert.Contains(
            "The journal is unavailable",
            Text(SomeStatus.WithCondemned() with { Journal = JournalReach.Away }),
            StringComparison.Ordinal);
        Assert.Contains(
            "The cache is unavailable",
            Text(SomeStatus.WithCondemned() with { CacheReached = false }),
            StringComparison.Ordinal);
        Assert.DoesNotContain("unavailable", Text(SomeStatus.WithCondemned() with { CacheReached = true }), StringComparison.Ordinal);
        Assert.Contains(
            "guard blind: few keys (3 so far)",
            Text(SomeStatus.WithCondemned()
                .With(static model => model with
                {
                    Variants = [.. model.Variants.Select(static variant => variant with
                    {
                        Guard = variant.Guard is { } guard ? guard with { Blind = "few keys (3 so far)" } : null,
                    })],
                })),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_plan_is_told_in_words()
    {
        var planned = new RolloutPlan
        {
            Revision = "77603c00c278f7c3",
            DeadlineMilliseconds = 1000,
            Variants = [new VariantPlan("stable", new ModelVersion(2), PlanDocument.Buckets)],
        };
        var refused = Text(SomeStatus.WithCondemned()
            .With(model => model with { Condition = RolloutCondition.Refused, Planned = planned }));
        Assert.Contains(
            "fraud: the plan is refused because its stable version is condemned; the last good rollout is served instead. " +
                "The plan says stable v2 100%.",
            refused,
            StringComparison.Ordinal);
        Assert.DoesNotContain("77603c00c278f7c3", refused, StringComparison.Ordinal);
        var none = Text(SomeStatus.WithCondemned()
            .With(model => model with { Condition = RolloutCondition.CondemnedStable, Variants = [], Planned = planned }));
        Assert.Contains("fraud: nothing is served because", none, StringComparison.Ordinal);
        Assert.Contains("The plan says stable v2 100%.", none, StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_comes_back_as_it_was_written()
    {
        Assert.Equal(Text(SomeStatus.WithCondemned(2)), Text(RolloutsStatus.Parse(SomeStatus.WithCondemned(2).ToUtf8())));
        Assert.Equal(Text(SomeStatus.WithFigures(), Wide), Text(RolloutsStatus.Parse(SomeStatus.WithFigures().ToUtf8()), Wide));
    }

    private static string Text(RolloutsStatus status, ReportForm? form = null)
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 400;
        console.Write(StatusReport.Render(status, form ?? Pipe));
        return writer.ToString().ReplaceLineEndings("\n");
    }
}

using ModelServing.Cli.Demo;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cli.Demo;

public class DemoReportTests
{
    private static readonly Uri Api = new("http://127.0.0.1:8080/");
    private static readonly RolloutPlan Rollout = SomeStack.Plan("5").Rollouts[DemoModel.Name];

    [Theory]
    [InlineData(0.50, 50)]
    [InlineData(0.99, 99)]
    [InlineData(1.00, 100)]
    [InlineData(0.001, 1)]
    public void A_percentile_is_the_nearest_rank(double rank, double expected) =>
        Assert.Equal(expected, VariantFigures.Percentile([.. Enumerable.Range(1, 100).Select(static i => (double)i)], rank));

    [Fact]
    public void A_percentile_of_few_values_is_one_of_them()
    {
        Assert.Null(VariantFigures.Percentile([], 0.5));
        Assert.Equal(7, VariantFigures.Percentile([7], 0.99));
        Assert.Equal(1, VariantFigures.Percentile([1, 2], 0.5));
        Assert.Equal(2, VariantFigures.Percentile([1, 2], 0.99));
    }

    [Fact]
    public void Figures_are_by_variant_and_version_with_what_the_plan_expects()
    {
        var report = Report([.. Answers("canary", 2, 50), .. Answers("stable", 1, 950)]);
        Assert.Equal(["stable 1", "canary 2"], report.Variants.Select(static row => $"{row.Variant} {row.Version}"));
        Assert.Equal([0.95, 0.05], report.Variants.Select(static row => row.ExpectedShare!.Value));
        Assert.Equal([0.95, 0.05], report.Variants.Select(static row => row.Share));
        Assert.Equal([0.0, 0.0], report.Variants.Select(static row => row.ErrorRate!.Value));
        Assert.Equal(475, report.Variants[0].P50Milliseconds);
        Assert.True(report.AsExpected);
        Assert.Empty(report.Remarks);
    }

    [Fact]
    public void Failures_count_for_their_variant_and_are_listed_by_kind()
    {
        var report = Report(
        [
            .. Answers(
                "stable",
                1,
                950), .. Answers(
                    "canary",
                    2,
                    46), .. Answers("canary", 2, 2, "502 connection-lost"), .. Answers("canary", 2, 1, "503 no-ready-endpoint"),
            .. Answers(null, null, 1, "connection lost"),
        ]);
        Assert.Equal(4, report.Failed);
        Assert.Equal(3.0 / 49, report.Variants[1].ErrorRate);
        Assert.Equal("- ", $"{report.Variants[2].Variant} {report.Variants[2].Version}");
        Assert.Null(report.Variants[2].ExpectedShare);
        Assert.Equal(
            ["4 of 1,000 requests failed: 2 x 502 connection-lost, 1 x 503 no-ready-endpoint, 1 x connection lost"],
            report.Remarks);
        Assert.False(report.AsExpected);
    }

    [Fact]
    public void A_share_is_as_expected_up_to_four_standard_deviations()
    {
        // 10,000 x 5%: 500 with a standard deviation of 21.79, so from 412.8 to 587.2.
        Assert.True(Split(canary: 413).AsExpected);
        Assert.True(Split(canary: 587).AsExpected);
        Assert.False(Split(canary: 412).AsExpected);
        var askew = Split(canary: 588);
        Assert.False(askew.AsExpected);
        Assert.Contains("canary got 588 of 10,000 requests, 4.0 standard deviations from the planned 5%", askew.Remarks);
    }

    [Fact]
    public void If_nothing_is_left_to_chance_one_request_is_too_many()
    {
        var none = SomeStack.Plan("0").Rollouts[DemoModel.Name];
        Assert.True(DemoReport.From(Api, none, Answers("stable", 1, 100), planChanged: false).AsExpected);
        var report = DemoReport.From(Api, none, [.. Answers("stable", 1, 99), .. Answers("canary", 2, 1)], planChanged: false);
        Assert.False(report.AsExpected);
        Assert.Contains("canary got 1 of 100 requests, but the planned share of 0% leaves nothing to chance", report.Remarks);
    }

    [Fact]
    public void Shares_are_not_checked_if_chance_does_not_make_them()
    {
        var sticky = DemoReport.From(
            Api,
            Rollout with { RoutingKeyHeader = "X-Customer" },
            Answers("stable", 1, 10_000),
            planChanged: false);
        Assert.True(sticky.AsExpected);
        Assert.StartsWith(
            "the shares are not checked, because the routing key X-Customer",
            Assert.Single(sticky.Remarks),
            StringComparison.Ordinal);

        var changed = DemoReport.From(Api, Rollout, Answers("stable", 1, 10_000), planChanged: true);
        Assert.True(changed.AsExpected);
        Assert.All(changed.Variants, static row => Assert.Null(row.ExpectedShare));
        Assert.StartsWith("the shares are not checked, because the plan changed", Assert.Single(changed.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_a_row_for_a_variant_without_requests_and_fits_80_columns()
    {
        var terminal = new RecordedTerminal();
        terminal.Terminal.Result(Report(Answers("stable", 1, 10)), static report => report.Table());
        Assert.Contains(
            terminal.Lines,
            static line => line.Contains("canary", StringComparison.Ordinal) && line.Contains("5.00%", StringComparison.Ordinal));

        terminal = new RecordedTerminal();
        var typical = new DemoAnswer("stable", 1, TimeSpan.FromMilliseconds(112.45), null);
        terminal.Terminal.Result(
            Report([.. Enumerable.Repeat(typical, 19_000), .. Answers("canary", 2, 900)]),
            static report => report.Table());
        Assert.All(terminal.Lines, static line => Assert.InRange(line.Length, 1, 80));
    }

    private static DemoReport Split(int canary) => Report([.. Answers("stable", 1, 10_000 - canary), .. Answers("canary", 2, canary)]);

    private static DemoReport Report(DemoAnswer[] answers) => DemoReport.From(Api, Rollout, answers, planChanged: false);

    private static DemoAnswer[] Answers(string? variant, int? version, int count, string? failure = null) =>
        [.. Enumerable.Range(1, count).Select(i => new DemoAnswer(variant, version, TimeSpan.FromMilliseconds(i), failure))];
}

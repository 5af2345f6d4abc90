using ModelServing.Cli.Rollouts;
using ModelServing.Contracts.Admin;
using Spectre.Console;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class StatusReportTests
{
    [Fact]
    public void Each_variant_is_a_row_with_its_shares_and_the_kind_nearest_to_its_threshold()
    {
        var text = Text(SomeStatus.WithCondemned());
        Assert.Matches(@"fraud +│ stable +│ 1 +│ 1 +│ 95% +│ 95% +│ 2 of 2", text);
        Assert.Matches(@"fraud +│ canary +│ 2 +│ 3 +│ 5% +│ 5% +│ 0 of 1 +│ error 12.5 of 8000, minute 7", text);
        Assert.Matches(@"fraud +│ kept warm +│ 7 ", text);
        Assert.DoesNotContain("condemned", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_condemned_version_is_listed_with_the_reason_and_the_way_out()
    {
        var text = Text(SomeStatus.WithCondemned(2));
        Assert.Contains(
            "fraud version 2 was condemned at 2026-05-04 12:00:00Z by router-9 (guard, trial 3)\n  error: 5 failures against 0 of stable\n",
            text.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains("ms reset fraud 2 --why REASON", text, StringComparison.Ordinal);
        Assert.Matches(@"canary +│ 2 +│ 3 +│ 5% +│ 0% ", text);
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
            "fraud: the plan is refused",
            Text(SomeStatus.WithCondemned().With(static model => model with { Condition = RolloutCondition.Refused })),
            StringComparison.Ordinal);
        Assert.Contains(
            "fraud: nothing is served",
            Text(SomeStatus.WithCondemned()
                .With(static model => model with { Condition = RolloutCondition.CondemnedStable, Variants = [] })),
            StringComparison.Ordinal);
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
    public void A_status_comes_back_as_it_was_written() =>
        Assert.Equal(Text(SomeStatus.WithCondemned(2)), Text(RolloutsStatus.Parse(SomeStatus.WithCondemned(2).ToUtf8())));

    private static string Text(RolloutsStatus status)
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 400;
        console.Write(StatusReport.Render(status));
        return writer.ToString();
    }
}

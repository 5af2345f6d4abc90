using ModelServing.Cli.Demo;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Services.Tests.Cli.Demo;

public class RankingComparisonTests
{
    [Fact]
    public void It_is_certain_from_a_payment_on_and_says_so_within_80_columns()
    {
        var comparison = new RankingComparison("trees");
        comparison.Add(Payments(60_000, better: 0.9, worse: 0.4).Take(20_000));
        var seen = comparison.Figures;
        comparison.Add(Payments(60_000, better: 0.9, worse: 0.4).Skip(20_000));
        var figures = comparison.Figures;
        Assert.InRange(figures.CertainFrom!.Value, 2_000, 60_000);
        // Before that, there are too few frauds for the intervals, however clear the difference seems.
        Assert.All(
            Payments(60_000, better: 0.9, worse: 0.4).Take(figures.CertainFrom.Value).Where(static one => one.IsFraud)
                .CountBy(static one => one.Variant),
            static arm => Assert.InRange(arm.Value, RankedUnits.Least, 600));
        // Later payments change nothing, so the interval is the one that was certain.
        Assert.Equal(figures.CertainFrom, figures.Units);
        Assert.Equal(0, figures.CertainFrom % 2_000);
        // What was certain once stays so.
        if (seen.CertainFrom is { } earlier)
            Assert.Equal(earlier, figures.CertainFrom);
        Assert.True(figures.AsExpected);
        Assert.True(figures.Precision.Difference!.Value.Upper < 0);
        var text = string.Join(' ', figures.Lines);
        var from = figures.CertainFrom;
        var start = FormattableString.Invariant($"The simple model, version 1, ranks better: that was certain from payment {from:N0} on,");
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.All(figures.Lines, static line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void Equal_models_are_not_called_different_and_the_wrong_answer_is_not_expected()
    {
        var equal = new RankingComparison("trees");
        equal.Add(Payments(20_000, better: 0.7, worse: 0.7));
        Assert.Null(equal.Figures.CertainFrom);
        Assert.Equal("After 20,000 payments it is not certain which version ranks better.", Assert.Single(equal.Figures.Lines));
        Assert.True(equal.Figures.AsExpected);

        var wrong = new RankingComparison("trees");
        wrong.Add(Payments(60_000, better: 0.4, worse: 0.9));
        Assert.NotNull(wrong.Figures.CertainFrom);
        Assert.False(wrong.Figures.AsExpected);
        Assert.StartsWith("Version 2 ranks better", wrong.Figures.Lines.First(), StringComparison.Ordinal);
    }

    // A model finds a share of the frauds easily; the others have scores like good payments.
    private static IEnumerable<RankedPayment> Payments(int count, double better, double worse)
    {
        var random = new Random(7);
        for (var number = 0; number < count; number++)
        {
            var (isStable, isFraud) = (random.Next(2) == 0, random.NextDouble() < 0.02);
            var score = isFraud && random.NextDouble() < (isStable ? better : worse)
                ? 0.8 + random.NextDouble() / 5
                : random.NextDouble() * 0.85;
            yield return new RankedPayment($"request-{number}", isStable ? "stable" : "trees", number, score) { IsFraud = isFraud };
        }
    }
}

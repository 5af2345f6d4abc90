using System.Globalization;

namespace ModelServing.Rollout.Experiments;

/// <summary>An arm compared with stable by one metric.</summary>
/// <param name="Stable">Stable's estimate; null if nothing can be estimated yet.</param>
/// <param name="Arm">The arm's.</param>
/// <param name="Difference">The difference with its interval; null as long as too little is known.</param>
/// <param name="MissingUnits">How many more units of both arms the interval needs to show the smallest difference that matters. 0 if it is
/// narrow enough, null if nothing is known or no number of units is enough.</param>
/// <param name="Conclusion">What may be concluded.</param>
/// <param name="Reason">One sentence that says what may be concluded, and why.</param>
public sealed record ArmComparison(
    ArmEstimate? Stable, ArmEstimate? Arm, Difference? Difference, long? MissingUnits, Conclusion Conclusion, string Reason)
{
    /// <summary>From this probability on, the shares of the arms count as planned.</summary>
    public const double LeastSharePValue = 0.001;

    /// <summary>Compares an arm with stable.</summary>
    /// <param name="stable">Stable's estimate.</param>
    /// <param name="arm">The arm's.</param>
    /// <param name="question">What is compared.</param>
    /// <param name="sharePValue">The probability of the sample-ratio check (<see cref="SampleRatio.PValue"/>).</param>
    public static ArmComparison Create(ArmEstimate? stable, ArmEstimate? arm, ComparisonQuestion question, double sharePValue)
    {
        ArgumentNullException.ThrowIfNull(question);
        var seen = stable is { } of && arm is { } with ? ConfidenceSequence.Between(of, with, question.Alpha) : null;
        long? missing = seen is null ? null : Missing(stable!.Value, arm!.Value, question);
        var (conclusion, reason) = Conclude(seen, missing, question, sharePValue, () => TooFew(stable, arm, question));
        return new ArmComparison(stable, arm, seen, missing, conclusion, reason);
    }

    private static long? Missing(ArmEstimate stable, ArmEstimate arm, ComparisonQuestion question) =>
        ConfidenceSequence.UnitsFor(stable, arm, question.Alpha, question.Smallest) is { } units
            ? Math.Max(0, units - stable.Units - arm.Units)
            : null;

    private static (Conclusion Conclusion, string Reason) Conclude(
        Difference? seen, long? missing, ComparisonQuestion question, double sharePValue, Func<string> tooFew)
    {
        if (sharePValue < LeastSharePValue)
        {
            return (Conclusion.Invalid, string.Create(
                CultureInfo.InvariantCulture,
                $"The comparison is invalid: units came to the arms in other shares than planned (p = {sharePValue:0.#####})."));
        }

        if (seen is not { } difference)
            return (Conclusion.NotYet, $"Nothing may be concluded yet: {tooFew()}");
        var (lower, upper) = (Text(difference.Lower), Text(difference.Upper));
        if (difference.Lower > 0 || difference.Upper < 0)
        {
            var isBetter = difference.Lower > 0 == question.IsHigherBetter;
            var (how, least, most) = difference.Lower > 0
                ? ("higher", lower, upper)
                : ("lower", Text(-difference.Upper), Text(-difference.Lower));
            return (
                isBetter ? Conclusion.Better : Conclusion.Worse,
                $"{question.Arm} is {(isBetter ? "better" : "worse")} than stable: its {question.Metric} is {how} by {least} to {most}.");
        }

        var next = missing switch
        {
            null => $"A difference of {Text(question.Smallest)} needs more units than there can be.",
            0 => $"A difference of {Text(question.Smallest)} or more would show by now.",
            _ => string.Create(
                CultureInfo.InvariantCulture, $"About {missing:N0} more units would show a difference of {Text(question.Smallest)}."),
        };
        return (
            Conclusion.NotYet,
            $"Nothing may be concluded yet: the difference in {question.Metric} is between {lower} and {upper}. {next}");
    }

    // How many outcomes a ranking lacks, and how many more units would have them, as they come to the slower arm.
    private static string TooFew(ArmEstimate? stable, ArmEstimate? arm, ComparisonQuestion question)
    {
        if (stable is not { Ranked: { } ofStable } || arm is not { Ranked: { } ofArm })
            return "too few units have an outcome that differs from the others'.";
        var (positives, negatives) = (Math.Min(ofStable.Positive, ofArm.Positive), Math.Min(ofStable.Negative, ofArm.Negative));
        var (fewest, outcome, inArm, inStable) = positives <= negatives
            ? (positives, "a positive outcome", ofArm.Positive, ofStable.Positive)
            : (negatives, "a negative outcome", ofArm.Negative, ofStable.Negative);
        var units = stable.Value.Units + arm.Value.Units;
        var more = fewest == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $" About {Math.Ceiling(units * ((double)RankedUnits.Least / fewest - 1)):N0} more units would have them.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"of the {RankedUnits.Least:N0} units with {outcome} that each arm needs for {question.Metric}, {question.Arm} has {inArm:N0} "
                + $"and stable has {inStable:N0}.{more}");
    }

    private static string Text(double number) => number.ToString("G3", CultureInfo.InvariantCulture);
}

namespace ModelServing.Rollout.Experiments;

/// <summary>
/// Intervals for the difference of two arms that hold at every time at once: the share of experiments in which the true difference is ever
/// outside the interval is at most alpha, however often someone looks and whenever someone stops.
/// </summary>
/// <remarks>
/// The asymptotic confidence sequence of I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, "Time-uniform central limit theory
/// and asymptotic confidence sequences" (2023, arXiv 2103.06476): equation 134, one-sided, with the tuning of equation 161. Both ends are
/// one-sided bounds, with half of alpha each.
/// <para>Asymptotic means that it holds once there are enough units to estimate the variance. A small arm estimates it worst: an arm that
/// has not had a rare outcome yet seems to have no variance. So there is no interval before each arm's variance is known well enough, and
/// no arm counts as less variable than both arms together (<see cref="Between"/>). docs/experiments.md has the figures with and without
/// these rules.</para>
/// </remarks>
public static class ConfidenceSequence
{
    /// <summary>How many <see cref="ArmEstimate.EffectiveUnits"/> each arm needs: its variance is then known to a third.</summary>
    public const double LeastEffectiveUnits = 10;

    /// <summary>The number of units at which the intervals are narrowest for their alpha.</summary>
    public const double Tuning = 5000;

    /// <summary>The tuning of the mixture so that a two-sided bound is narrowest at <paramref name="units"/>.</summary>
    /// <param name="units">The number of units v.</param>
    /// <param name="alpha">The share of errors, above 0 and below 1.</param>
    /// <returns>v / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha))).</returns>
    public static double BestRho(double units, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        RequireShare(alpha);
        var log = 2 * Math.Log(1 / alpha);
        return units / (log + Math.Log(1 + log));
    }

    /// <summary>How many standard errors a one-sided bound is from the estimate.</summary>
    /// <param name="units">The number of units of both arms together.</param>
    /// <param name="alpha">The share of errors of this bound.</param>
    /// <param name="tuning">The number of units at which it is narrowest.</param>
    public static double Width(double units, double alpha, double tuning = Tuning)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        // A one-sided bound is as a two-sided one with twice the errors.
        var rho = BestRho(tuning, Math.Min(2 * alpha, 0.99));
        return Math.Sqrt(2 * (units + rho) / units * Math.Log(1 + Math.Sqrt((units + rho) / rho) / (2 * alpha)));
    }

    /// <summary>The interval for an arm's difference from stable.</summary>
    /// <param name="stable">Stable's estimate.</param>
    /// <param name="arm">The arm's estimate.</param>
    /// <param name="alpha">The share of errors of the interval.</param>
    /// <returns>The interval; null as long as an arm has fewer than <see cref="LeastEffectiveUnits"/>, or of a ranking fewer than
    /// <see cref="RankedUnits.Least"/> of either outcome.</returns>
    public static Difference? Between(ArmEstimate stable, ArmEstimate arm, double alpha)
    {
        RequireShare(alpha);
        if (stable.EffectiveUnits < LeastEffectiveUnits || arm.EffectiveUnits < LeastEffectiveUnits)
            return null;
        if (stable.Ranked is { IsEnough: false } || arm.Ranked is { IsEnough: false })
            return null;
        var units = stable.Units + arm.Units;
        var error = ErrorOf(stable, arm);
        var (value, half) = (arm.Value - stable.Value, Width(units, alpha / 2) * error);
        return new Difference(value, error, value - half, value + half);
    }

    /// <summary>The number of units of both arms, at their present shares and variances, from which on an interval would be narrow enough
    /// to show a difference.</summary>
    /// <param name="stable">Stable's estimate.</param>
    /// <param name="arm">The arm's estimate.</param>
    /// <param name="alpha">The share of errors of the interval.</param>
    /// <param name="difference">The size of the difference, above 0.</param>
    /// <returns>The number of units; null if it is above 10^15.</returns>
    public static long? UnitsFor(ArmEstimate stable, ArmEstimate arm, double alpha, double difference)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(difference);
        RequireShare(alpha);
        var now = stable.Units + arm.Units;
        var error = ErrorOf(stable, arm);
        var (least, most) = (1.0, 1e15);
        if (HalfAt(most) > difference)
            return null;
        // The half width falls with the units, so its logarithm can be halved.
        while (most - least > 0.5 && most / least > 1.000001)
        {
            var middle = Math.Sqrt(least * most);
            if (HalfAt(middle) > difference)
                least = middle;
            else
                most = middle;
        }

        return (long)Math.Ceiling(most);

        double HalfAt(double units) => Width(units, alpha / 2) * error * Math.Sqrt(now / units);
    }

    private static double ErrorOf(ArmEstimate stable, ArmEstimate arm)
    {
        var together = (stable.UnitVariance * stable.Units + arm.UnitVariance * arm.Units) / (stable.Units + arm.Units);
        return Math.Sqrt(
            Math.Max(stable.UnitVariance, together) / stable.Units + Math.Max(arm.UnitVariance, together) / arm.Units);
    }

    private static void RequireShare(double alpha)
    {
        if (alpha is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The share of errors must be above 0 and below 1");
    }
}

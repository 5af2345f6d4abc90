namespace ModelServing.Rollout.Experiments;

/// <summary>
/// The sums over the units of an arm from which the estimate of a ratio follows: of all numerators x, divided by all denominators y. With a
/// denominator of 1 for each unit, the ratio is the mean. Sums of parts can be added, in any order.
/// </summary>
public readonly record struct UnitSums
{
    /// <summary>The number of units.</summary>
    public long Units { get; init; }

    /// <summary>The sum of x.</summary>
    public double X { get; init; }

    /// <summary>The sum of y.</summary>
    public double Y { get; init; }

    /// <summary>The sum of x².</summary>
    public double XX { get; init; }

    /// <summary>The sum of x y.</summary>
    public double XY { get; init; }

    /// <summary>The sum of y².</summary>
    public double YY { get; init; }

    /// <summary>The sum of x⁴.</summary>
    public double XXXX { get; init; }

    /// <summary>The sum of x³ y.</summary>
    public double XXXY { get; init; }

    /// <summary>The sum of x² y².</summary>
    public double XXYY { get; init; }

    /// <summary>The sum of x y³.</summary>
    public double XYYY { get; init; }

    /// <summary>The sum of y⁴.</summary>
    public double YYYY { get; init; }

    public static UnitSums operator +(UnitSums one, UnitSums other) => one.Add(other);

    /// <summary>The sums of one unit.</summary>
    /// <param name="numerator">Its numerator, which must be finite.</param>
    /// <param name="denominator">Its denominator: 1 for a mean.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public static UnitSums From(double numerator, double denominator = 1)
    {
        if (!double.IsFinite(numerator))
            throw new ArgumentOutOfRangeException(nameof(numerator), numerator, "A unit's value must be finite");
        if (!double.IsFinite(denominator))
            throw new ArgumentOutOfRangeException(nameof(denominator), denominator, "A unit's value must be finite");
        var (xx, xy, yy) = (numerator * numerator, numerator * denominator, denominator * denominator);
        return new UnitSums
        {
            Units = 1,
            X = numerator,
            Y = denominator,
            XX = xx,
            XY = xy,
            YY = yy,
            XXXX = xx * xx,
            XXXY = xx * xy,
            XXYY = xx * yy,
            XYYY = xy * yy,
            YYYY = yy * yy,
        };
    }

    public UnitSums Add(UnitSums other) => new()
    {
        Units = Units + other.Units,
        X = X + other.X,
        Y = Y + other.Y,
        XX = XX + other.XX,
        XY = XY + other.XY,
        YY = YY + other.YY,
        XXXX = XXXX + other.XXXX,
        XXXY = XXXY + other.XXXY,
        XXYY = XXYY + other.XXYY,
        XYYY = XYYY + other.XYYY,
        YYYY = YYYY + other.YYYY,
    };

    /// <summary>The estimate, or null if there are fewer than 2 units or the denominators are 0 together.</summary>
    /// <remarks>The variance of a ratio R is the delta method's: that of the residuals x - R y over the units, divided by the square of the
    /// mean of y (A. Deng, U. Knoblich, J. Lu, "Applying the Delta Method in Metric Analytics", KDD 2018, section 3.2). For a mean, it is
    /// the usual variance with n - 1. The relative variance of such a variance is (kurtosis - 1) / n.</remarks>
    public ArmEstimate? Estimate()
    {
        if (Units < 2 || Y == 0)
            return null;
        var ratio = X / Y;
        var square = ratio * ratio;
        var mean = Y / Units;
        // Rounding can make them a little less than 0.
        var squares = Math.Max(0, XX - 2 * ratio * XY + square * YY);
        var fourths = Math.Max(0, XXXX - 4 * ratio * XXXY + 6 * square * XXYY - 4 * square * ratio * XYYY + square * square * YYYY);
        var kurtosis = Units * fourths / (squares * squares);
        // A kurtosis of 1 is the least there is: all residuals have the same size.
        var effective = squares == 0 ? 0 : Math.Min(Units, Units / Math.Max(kurtosis - 1, 1e-9));
        return new ArmEstimate(Units, ratio, squares / (Units - 1) / (mean * mean), effective);
    }
}

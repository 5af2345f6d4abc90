namespace ModelServing.Rollout.Guard;

/// <summary>
/// Detects <c>guard blind: few keys</c>. With sticky assignment, a key is at most one failure in each copy, so a few keys can't reach the
/// threshold even if each of them fails and stable never does. Then only the alarms can roll the version back.
/// </summary>
public static class FewKeys
{
    /// <summary>Returns the fewest keys of the watched variant that can reach the threshold at a share; null if even
    /// <see cref="KeyHistory.MaxKeys"/> keys are not enough.</summary>
    /// <param name="share">The watched variant's share of the traffic.</param>
    /// <param name="policy">The rules of the rollout's guard.</param>
    public static int? Fewest(TrafficShare share, GuardPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (!share.IsDivided)
            return null;
        var mixture = new RatioMixture(share.Fraction, policy.Tolerance);
        var threshold = Math.Log(policy.Threshold(GuardScope.Sum));
        // Each failure of the watched variant adds evidence, and all copies together are worth no more than the best one.
        var (tooFew, enough) = (0, KeyHistory.MaxKeys + 1);
        while (enough - tooFew > 1)
        {
            var between = (tooFew + enough) / 2;
            if (EvidenceOf(mixture, between) >= threshold)
                enough = between;
            else
                tooFew = between;
        }

        return enough > KeyHistory.MaxKeys ? null : enough;
    }

    /// <summary>Whether the given number of keys cannot condemn the version, even if all of them fail.</summary>
    /// <param name="keys">The number of different routing keys in the watched variant's requests.</param>
    /// <param name="share">Its share of the traffic.</param>
    /// <param name="policy">The rules of the rollout's guard.</param>
    public static bool AreBlind(int keys, TrafficShare share, GuardPolicy policy) => share.IsDivided && !(keys >= Fewest(share, policy));

    private static double EvidenceOf(RatioMixture mixture, int failures)
    {
        Span<double> products = stackalloc double[RatioMixture.Ratios];
        products.Clear();
        mixture.Add(failures, 0, products);
        return RatioMixture.LogMean(products);
    }
}

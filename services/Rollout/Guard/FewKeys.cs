namespace ModelServing.Rollout.Guard;

/// <summary>
/// <c>guard blind: few keys</c>: with sticky assignment a key is at most one failure to each copy, so few keys can't reach the threshold
/// even if every one of them fails and stable never does. The alarm's road to a rollback remains then.
/// </summary>
public static class FewKeys
{
    /// <summary>The fewest keys of the watched variant with which the threshold can be reached at a share; null when those that are
    /// remembered (<see cref="KeyHistory.MaxKeys"/>) are not enough.</summary>
    /// <param name="share">The watched variant's share of the traffic.</param>
    /// <param name="policy">What the rollout asks of its guard.</param>
    public static int? Fewest(TrafficShare share, GuardPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (!share.IsDivided)
            return null;
        var mixture = new RatioMixture(share.Fraction, policy.Tolerance);
        var threshold = Math.Log(policy.Threshold(GuardScope.Sum));
        // One more failure of the watched variant is always more evidence, and all copies together are worth no more than the best of them.
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

    /// <summary>True when so few keys can't condemn the version, whatever they do.</summary>
    /// <param name="keys">How many different routing keys the watched variant's requests had.</param>
    /// <param name="share">Its share of the traffic.</param>
    /// <param name="policy">What the rollout asks of its guard.</param>
    public static bool AreBlind(int keys, TrafficShare share, GuardPolicy policy) => share.IsDivided && !(keys >= Fewest(share, policy));

    private static double EvidenceOf(RatioMixture mixture, int failures)
    {
        Span<double> products = stackalloc double[RatioMixture.Ratios];
        products.Clear();
        mixture.Add(failures, 0, products);
        return RatioMixture.LogMean(products);
    }
}

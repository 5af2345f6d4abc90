namespace ModelServing.Rollout.Guard;

/// <summary>
/// Decides whether counts condemn the watched version. A pure function: equal counts lead to equal decisions, and it may run after every
/// request. Only a failure of the watched variant raises the evidence, so running it only after those misses nothing.
/// </summary>
public static class GuardRule
{
    private const double LargestEvidence = 1e300;

    private static readonly GuardKind[] Kinds = Enum.GetValues<GuardKind>();

    /// <summary>Returns the verdict; null while the evidence against the version is not strong enough.</summary>
    /// <param name="counts">One router's counts or the sum over all routers, as <paramref name="scope"/> says.</param>
    /// <param name="policy">The rules of the rollout's guard.</param>
    /// <param name="scope">Whose counts they are.</param>
    /// <param name="startedAt">When the trial started, for the record.</param>
    /// <param name="now">The current time, for the record.</param>
    public static GuardVerdict? Decide(
        GuardCounts counts,
        GuardPolicy policy,
        GuardScope scope,
        DateTimeOffset startedAt,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(policy);
        var threshold = Math.Log(policy.Threshold(scope));
        foreach (var kind in Kinds)
        {
            if (EvidenceOf(counts, policy, kind) is not { } evidence || evidence.Log < threshold)
                continue;
            double? relative = null;
            if (kind == GuardKind.MaxErrorRate)
            {
                // While both variants get traffic, an outage of both would exceed the rate. The version must therefore have more errors
                // than stable as well, and that with more evidence. While it has all of the traffic, the rate alone decides, but only on
                // failures from that time, not from an earlier outage of both.
                var alone = Evidence.Rate(counts, policy.MaxErrorRate!.Value, onlyWhole: true).Log >= threshold;
                var errors = Evidence.Relative(counts, GuardKind.Error, tolerance: 1).Log;
                if (!alone && errors < Math.Log(policy.ComparisonThreshold(scope)))
                    continue;
                relative = alone ? null : Bounded(errors);
            }

            var (watched, other) = counts.Total(kind);
            return new GuardVerdict
            {
                Kind = kind,
                Scope = scope,
                Evidence = Bounded(evidence.Log),
                Threshold = policy.Threshold(scope),
                Tolerated = kind == GuardKind.MaxErrorRate ? policy.MaxErrorRate!.Value : policy.Tolerance,
                Watched = watched,
                Other = other,
                RelativeEvidence = relative,
                Copies = RecordedCopies.Select(counts, kind, evidence),
                StartedAt = startedAt,
                DecidedAt = now,
            };
        }

        return null;
    }

    /// <summary>Returns the verdict, as above, if it does not rest on one client: without any group of clients, the evidence must still
    /// suffice, unless that group sends nearly all of the traffic.</summary>
    /// <remarks>The evidence without a group is evidence of its own for each group, so requiring all of them only lowers the number of
    /// false alarms.</remarks>
    public static GuardVerdict? Decide(
        ClientCounts counts,
        GuardPolicy policy,
        GuardScope scope,
        DateTimeOffset startedAt,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return Decide(counts.All, policy, scope, startedAt, now) is { } verdict && Others(counts, policy, scope) is null ? verdict : null;
    }

    /// <summary>If the failures of all clients condemn, but only because of one group of clients, returns the counts of the
    /// others.</summary>
    public static GuardCounts? FindOthers(ClientCounts counts, GuardPolicy policy, GuardScope scope)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return Decide(counts.All, policy, scope, default, default) is null ? null : Others(counts, policy, scope);
    }

    /// <summary>Returns the evidence of each watched kind: the least that is left without any group of clients that does not send nearly
    /// all of the traffic.</summary>
    public static IReadOnlyList<GuardReading> Read(ClientCounts counts, GuardPolicy policy, GuardScope scope)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var readings = Read(counts.All, policy, scope);
        foreach (var group in counts.Groups.Where(group => !counts.IsNearlyAll(group)))
        {
            var others = Read(counts.Without(group), policy, scope);
            readings = [.. readings.Zip(others, static (all, rest) => all with { Evidence = Math.Min(all.Evidence, rest.Evidence) })];
        }

        return readings;
    }

    /// <summary>Returns the evidence of each watched kind.</summary>
    public static IReadOnlyList<GuardReading> Read(GuardCounts counts, GuardPolicy policy, GuardScope scope)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(policy);
        var readings = new List<GuardReading>(Kinds.Length);
        foreach (var kind in Kinds)
        {
            if (EvidenceOf(counts, policy, kind) is not { } evidence)
                continue;
            var (watched, other) = counts.Total(kind);
            readings.Add(new GuardReading
            {
                Kind = kind,
                Evidence = Bounded(evidence.Log),
                Threshold = policy.Threshold(scope),
                Watched = watched,
                Other = other,
            });
        }

        return readings;
    }

    // Null if the evidence suffices without any group. The group with the most failures is the likeliest to be the only evidence.
    private static GuardCounts? Others(ClientCounts counts, GuardPolicy policy, GuardScope scope)
    {
        foreach (var group in counts.Groups.Where(group => !counts.IsNearlyAll(group)).OrderByDescending(counts.FailuresOf))
        {
            var others = counts.Without(group);
            if (Decide(others, policy, scope, default, default) is null)
                return others;
        }

        return null;
    }

    // Null for a kind that the rollout does not watch.
    private static Evidence? EvidenceOf(GuardCounts counts, GuardPolicy policy, GuardKind kind) => kind switch
    {
        GuardKind.MaxErrorRate => policy.MaxErrorRate is { } rate ? Evidence.Rate(counts, rate, onlyWhole: false) : null,
        _ => Evidence.Relative(counts, kind, policy.Tolerance),
    };

    private static double Bounded(double log) => Math.Min(Math.Exp(log), LargestEvidence);
}

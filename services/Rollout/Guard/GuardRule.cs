namespace ModelServing.Rollout.Guard;

/// <summary>
/// Decides whether counts condemn the watched version. A pure function: whoever holds the same counts comes to the same end, and may look
/// after every request. Only a failure of the watched variant raises the evidence, so nothing is missed by looking after those alone.
/// </summary>
public static class GuardRule
{
    private const double LargestShown = 1e300;

    private static readonly GuardKind[] Kinds = Enum.GetValues<GuardKind>();

    /// <summary>The verdict; null while nothing speaks against the version clearly enough.</summary>
    /// <param name="counts">One router's counts or the sum of all routers', as <paramref name="scope"/> says.</param>
    /// <param name="policy">What the rollout asks for.</param>
    /// <param name="scope">Whose counts they are.</param>
    /// <param name="startedAt">When the attempt began, for the record.</param>
    /// <param name="now">The time, for the record.</param>
    public static GuardVerdict? Decide(GuardCounts counts, GuardPolicy policy, GuardScope scope, DateTimeOffset startedAt, DateTimeOffset now)
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
                // While both variants get traffic an outage of both would fire it, so there the version has to have more errors than
                // stable too, and that more surely than it has too many. Where it has all of the traffic the rate stands alone: on what happened there, and not on an outage of both
                // before.
                var alone = Evidence.Rate(counts, policy.MaxErrorRate!.Value, onlyWhole: true).Log >= threshold;
                var errors = Evidence.Relative(counts, GuardKind.Error, tolerance: 1).Log;
                if (!alone && errors < Math.Log(policy.ComparisonThreshold(scope)))
                    continue;
                relative = alone ? null : Shown(errors);
            }

            var (watched, other) = counts.Total(kind);
            return new GuardVerdict
            {
                Kind = kind,
                Scope = scope,
                Evidence = Shown(evidence.Log),
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

    /// <summary>How each kind that is watched stands.</summary>
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
            readings.Add(new GuardReading { Kind = kind, Evidence = Shown(evidence.Log), Threshold = policy.Threshold(scope), Watched = watched, Other = other });
        }

        return readings;
    }

    // Null for a kind that the rollout does not watch.
    private static Evidence? EvidenceOf(GuardCounts counts, GuardPolicy policy, GuardKind kind) => kind switch
    {
        GuardKind.MaxErrorRate => policy.MaxErrorRate is { } rate ? Evidence.Rate(counts, rate, onlyWhole: false) : null,
        GuardKind.Slow when policy.SlowerThan is null => null,
        _ => Evidence.Relative(counts, kind, policy.Tolerance),
    };

    private static double Shown(double log) => Math.Min(Math.Exp(log), LargestShown);
}

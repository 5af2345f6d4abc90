using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Cli.Demo;

/// <summary>Compares how two versions rank, as <c>ms experiment</c> does: by AUC and by average precision, each with half of the errors.
/// Each payment is a unit, because the demo's requests have no routing key.</summary>
/// <param name="arm">The arm's name.</param>
internal sealed class RankingComparison(string arm)
{
    /// <summary>The share of errors of the scene.</summary>
    internal const double Alpha = 0.05;

    // A look costs a bootstrap.
    private const int LookEvery = 2_000;

    private readonly RankingSums ofStable = new();
    private readonly RankingSums ofArm = new();

    /// <summary>The payments so far.</summary>
    internal int Units { get; private set; }

    /// <summary>The number of payments from which on the average precision was certain; null if it is not yet.</summary>
    internal int? CertainFrom { get; private set; }

    internal bool IsCertain => CertainFrom is not null;

    internal ExperimentFigures Figures => new()
    {
        Units = Units,
        CertainFrom = CertainFrom,
        Area = Compare("AUC", ofStable.Area(), ofArm.Area()),
        Precision = Compare("average precision", ofStable.AveragePrecision(), ofArm.AveragePrecision()),
    };

    /// <summary>Adds payments in the order of time, and looks at the interval now and then. It ends with the look that is certain: the
    /// intervals hold at all times at once, and the figures are those of that look.</summary>
    internal void Add(IEnumerable<RankedPayment> payments)
    {
        foreach (var payment in payments)
        {
            if (IsCertain)
                return;
            if (payment.Variant != arm && payment.Variant != VariantPlan.Stable)
                continue;
            (payment.Variant == arm ? ofArm : ofStable).Add(UnitOf(payment.RequestId), payment.Score, payment.IsFraud);
            Units++;
            if (Units % LookEvery == 0
                && ofStable.AveragePrecision() is { } stable && ofArm.AveragePrecision() is { } other
                && ConfidenceSequence.Between(stable, other, Alpha / 2) is { } seen && (seen.Lower > 0 || seen.Upper < 0))
                CertainFrom = Units;
        }
    }

    private ArmComparison Compare(string metric, ArmEstimate? stable, ArmEstimate? other) => ArmComparison.Create(
        stable, other, new ComparisonQuestion(arm, metric, IsHigherBetter: true, Smallest: 0.01, Alpha / 2), sharePValue: 1);

    private static ulong UnitOf(string requestId) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)));
}

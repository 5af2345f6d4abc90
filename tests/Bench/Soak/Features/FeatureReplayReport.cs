using ModelServing.Features.Engine;
using ModelServing.Predictions.Records;

namespace ModelServing.Bench.Soak.Features;

/// <summary>What a replay compared, all of it equal.</summary>
/// <param name="Stable">The predictions of the stable version.</param>
/// <param name="Canary">The predictions of the canary.</param>
/// <param name="Values">The values of predictions that were compared.</param>
/// <param name="ReadValues">The values of the feature server's answers that were compared.</param>
/// <param name="Statuses">How many entities of predictions had each status.</param>
/// <param name="Outcomes">How many events of the log had each outcome, in both views.</param>
internal sealed record FeatureReplayReport(
    int Stable,
    int Canary,
    long Values,
    long ReadValues,
    IReadOnlyDictionary<RecordedStatus, int> Statuses,
    IReadOnlyDictionary<ApplyOutcome, int> Outcomes);

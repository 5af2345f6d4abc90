using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>What the log of predictions records of one model.</summary>
public sealed record ModelPredictionSettings
{
    [Setting("The share of the predictions that are recorded, in percent, in steps of 0.01. Failures are always recorded.")]
    public Percent Sample { get; init; } = Percent.FromHundredths(PlanDocument.Buckets);

    [Setting("The names of inputs and outputs whose data are not recorded.")]
    public IReadOnlyList<string> Drop { get; init; } = [];

    [Setting("The names of inputs and outputs of whose data only a hash is recorded. It needs `modelserving:predictions.hashKey`.")]
    public IReadOnlyList<string> Hash { get; init; } = [];
}

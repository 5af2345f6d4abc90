using ModelServing.Contracts.Experiments;
using ModelServing.Jobs.Experiments;
using ModelServing.Predictions.Records;
using ModelServing.Registry;

namespace ModelServing.Jobs.Replays;

/// <summary>What counts as the score of an answer, and when two answers are different decisions.</summary>
internal sealed class ScoreRule
{
    private readonly TensorElement? element;

    private ScoreRule(string? output, double? threshold)
    {
        Output = output;
        Threshold = threshold;
        element = output is null ? null : new TensorElement(output);
    }

    /// <summary>The output that is the score; null if the model has no output of numbers with fractions.</summary>
    internal string? Output { get; }

    /// <summary>From this score on, the decision is positive; null if outputs that are not scores, such as labels, are the
    /// decision.</summary>
    internal double? Threshold { get; }

    /// <summary>The rule of the metrics. Without them, the score is the last column of the first output with fractions, which for a
    /// classifier is the probability of the positive class.</summary>
    internal static ScoreRule From(IReadOnlyList<ExperimentMetric> metrics, Manifest manifest)
    {
        var named = metrics.FirstOrDefault(static metric => metric is { Output: not null, Threshold: not null })
            ?? metrics.FirstOrDefault(static metric => metric.Output is not null);
        if (named is not null)
            return new ScoreRule(named.Output, named.Threshold);
        var output = manifest.Outputs.FirstOrDefault(static output => IsFraction(output.Datatype));
        return new ScoreRule(output is null ? null : NameOf(output), null);
    }

    /// <summary>The score; null if the answer does not have one, or has one for each of several rows.</summary>
    internal double? ScoreOf(IEnumerable<RecordedTensor> outputs) => element?.Find(outputs);

    /// <summary>Whether two answers are different decisions; null if that can't be said.</summary>
    internal bool? Differ(IReadOnlyList<RecordedTensor> one, IReadOnlyList<RecordedTensor> other)
    {
        if (Threshold is { } threshold)
            return ScoreOf(one) is { } first && ScoreOf(other) is { } second ? first >= threshold != second >= threshold : null;
        var labels = one.Where(static tensor => tensor.Datatype is not ("FP16" or "FP32" or "FP64"))
            .Select(tensor => (Own: tensor, Other: other.FirstOrDefault(match => match.Name == tensor.Name)))
            .Where(static pair => pair.Other is not null)
            .ToList();
        return labels.Count == 0 ? null : labels.Exists(static pair => !pair.Own.Data.Equals(pair.Other!.Data));
    }

    private static string NameOf(TensorInfo output) =>
        output.Shape.Count > 1 && output.Shape[^1] > 1 ? $"{output.Name}[{output.Shape[^1] - 1}]" : output.Name;

    private static bool IsFraction(Datatype datatype) => datatype is Datatype.Fp16 or Datatype.Fp32 or Datatype.Fp64;
}

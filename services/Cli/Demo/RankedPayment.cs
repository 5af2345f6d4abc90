using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>A payment of the demo's experiment, as the log has it.</summary>
/// <param name="Time">When it was answered, in microseconds since 1970.</param>
/// <param name="Score">The probability of a fraud.</param>
internal sealed record RankedPayment(string RequestId, string Variant, long Time, double Score)
{
    internal bool IsFraud { get; init; }

    /// <summary>The payment of a record; null if it is not the first attempt's answer.</summary>
    internal static RankedPayment? From(PredictionRecord record) =>
        record is { Status: 200, Comparison: false, Attempt: PredictionAttempts.First }
        && record.Outputs.FirstOrDefault(static output => output.Name == SampleArtifacts.ProbabilitiesName) is { } output
        && RecordedElements.Decode(output) is float[] and [_, var score]
            ? new RankedPayment(record.RequestId, record.Variant, record.Time, score)
            : null;
}

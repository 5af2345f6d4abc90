using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Runtime.Replays;

namespace ModelServing.Jobs.Replays;

/// <summary>Counts the calls of one side of a replay.</summary>
internal sealed class VersionTally
{
    private readonly ReasonCounts failures = new();
    private readonly ValueBins milliseconds = new();

    private long calls;

    internal VersionFigures Figures => new(
        calls, failures.Total, failures.Frequent, milliseconds.Quantile(0.5), milliseconds.Quantile(0.95), milliseconds.Quantile(0.99));

    /// <summary>Counts a call, and returns its outputs in the form of a record; null after a failure.</summary>
    internal IReadOnlyList<RecordedTensor>? Count(ReplayAnswer answer)
    {
        calls++;
        if (answer.Failure is { } why)
        {
            failures.Add(why);
            return null;
        }

        milliseconds.Add(answer.Microseconds / 1000d);
        List<RecordedTensor> outputs =
        [
            .. answer.Outputs.Select(static output => new RecordedTensor
            {
                Name = output.Name,
                Datatype = output.Datatype,
                Shape = { output.Shape },
                Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(output.Data),
            }),
        ];
        if (outputs.Find(static output => !IsFinite(output)) is not { } wrong)
            return outputs;
        failures.Add($"output {wrong.Name} has NaN or infinity");
        return null;
    }

    private static bool IsFinite(RecordedTensor output) => RecordedElements.Decode(output) switch
    {
        float[] numbers => Array.TrueForAll(numbers, float.IsFinite),
        double[] numbers => Array.TrueForAll(numbers, double.IsFinite),
        _ => true,
    };
}

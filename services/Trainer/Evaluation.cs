using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>
/// A model's metrics on the evaluation period. They are the metrics of the ONNX file, run by ONNX Runtime as in the service, and not those
/// of the model in ML.NET's memory.
/// </summary>
/// <param name="Bytes">The bytes of <c>model.onnx</c>.</param>
/// <param name="AreaUnderRoc">See <see cref="RankingMetrics.AreaUnderRoc"/>.</param>
/// <param name="AveragePrecision">See <see cref="RankingMetrics.AveragePrecision"/>.</param>
/// <param name="Difference">The largest difference between a probability and ML.NET's.</param>
internal sealed record Evaluation(TrainedModel Model, byte[] Bytes, double AreaUnderRoc, double AveragePrecision, double Difference)
{
    /// <summary>Rounding the folded weights to float stays well below this limit; an error in folding does not.</summary>
    private const double LargestDifference = 1e-5;

    /// <summary>Runs the model over the evaluation rows.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime and ML.NET disagree, so the conversion is wrong.</exception>
    internal static Evaluation Evaluate(TrainedModel model, TrainingData data)
    {
        var bytes = model.Onnx.ToByteArray();
        var probabilities = Run(bytes, data.Evaluation);
        var difference = probabilities.Zip(model.Probabilities, (ours, theirs) => Math.Abs((double)ours - theirs)).Max();
        if (!(difference <= LargestDifference))
        {
            throw new InvalidOperationException(
                $"version {model.Version} ({model.Algorithm}): ONNX Runtime and ML.NET differ by {difference:G3}, " +
                $"which is more than {LargestDifference:G3}");
        }

        var frauds = data.Evaluation.Select(row => row.IsFraud).ToArray();
        return new Evaluation(
            model,
            bytes,
            RankingMetrics.AreaUnderRoc(probabilities, frauds),
            RankingMetrics.AveragePrecision(probabilities, frauds),
            difference);
    }

    private static float[] Run(byte[] model, IReadOnlyList<TrainingRow> rows)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        var features = new float[rows.Count * SampleFeatures.ColumnCount];
        for (var i = 0; i < rows.Count; i++)
            rows[i].Features.CopyTo(features, i * SampleFeatures.ColumnCount);

        using var input = OrtValue.CreateTensorValueFromMemory(features, [rows.Count, SampleFeatures.ColumnCount]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [SampleArtifacts.InputName], [input], [SampleArtifacts.ProbabilitiesName]);
        var both = outputs[0].GetTensorDataAsSpan<float>();
        var probabilities = new float[rows.Count];
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] = both[2 * i + 1];
        return probabilities;
    }
}

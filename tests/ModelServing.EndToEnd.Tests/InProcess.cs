using Microsoft.ML.OnnxRuntime;
using ModelServing.Sample;
using ModelServing.TestKit.Sample;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Runs a version of the sample with ONNX Runtime in this process, row by row. The platform's answers must be equal.</summary>
internal sealed class InProcess(int version) : IDisposable
{
    private readonly InferenceSession session = new(
        File.ReadAllBytes(SampleArtifacts.ModelPath(version)),
        new SessionOptions { IntraOpNumThreads = 1 });
    private readonly RunOptions options = new();

    internal (long[] Label, float[] Probabilities) Run(SampleRow row)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(row.Features.ToArray(), [1, row.Features.Length]);
        using var outputs = session.Run(
            options,
            [SampleArtifacts.InputName],
            [input],
            [SampleArtifacts.LabelName, SampleArtifacts.ProbabilitiesName]);
        return (outputs[0].GetTensorDataAsSpan<long>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose()
    {
        options.Dispose();
        session.Dispose();
    }
}

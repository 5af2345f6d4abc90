using Microsoft.ML.OnnxRuntime;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.Sample;
using ModelServing.TestKit.Sample;

namespace ModelServing.Services.Tests.Sample;

public class SampleArtifactsTests
{
    private static readonly IReadOnlyList<SampleRow> Evaluation = SampleReplay.Rows(int.MaxValue);

    public static TheoryData<int> Versions => [.. SampleArtifacts.Versions];

    [Fact]
    public void They_are_at_the_documented_paths()
    {
        Assert.Equal([1, 2], SampleArtifacts.Versions);
        foreach (var version in SampleArtifacts.Versions)
        {
            Assert.True(File.Exists(SampleArtifacts.ModelPath(version)), SampleArtifacts.ModelPath(version));
            Assert.True(File.Exists(SampleArtifacts.TrainingPath(version)), SampleArtifacts.TrainingPath(version));
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_model_has_the_documented_interface(int version)
    {
        var report = OnnxInspection.Inspect(File.ReadAllBytes(SampleArtifacts.ModelPath(version)));
        Assert.Empty(report.Findings);
        var model = report.Interface!;
        Assert.Equal(["features FP32 [-1,15]"], model.Inputs.Select(i => i.ToString()));
        Assert.Equal(["label INT64 [-1]", "probabilities FP32 [-1,2]"], model.Outputs.Select(o => o.ToString()));
        Assert.Equal((SampleArtifacts.InputName, SampleFeatures.ColumnCount), (model.Inputs[0].Name, (int)model.Inputs[0].Shape[1]));
        Assert.Equal([SampleArtifacts.LabelName, SampleArtifacts.ProbabilitiesName], model.Outputs.Select(o => o.Name));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_metrics_beside_a_model_are_its_own(int version)
    {
        var training = TrainingInfo.Parse(File.ReadAllBytes(SampleArtifacts.TrainingPath(version)));
        var (labels, frauds) = Run(version, Evaluation);
        var positive = Evaluation.Select(row => row.IsFraud).ToArray();
        // Another processor may round the last bit of a probability differently, and so swap two rows.
        Assert.Equal(RankingMetrics.AreaUnderRoc(frauds, positive), training.Metrics["auc"], 1e-6);
        Assert.Equal(RankingMetrics.AveragePrecision(frauds, positive), training.Metrics["averagePrecision"], 1e-6);
        Assert.Equal(SampleDataset.Training.ToString(), training.Labels["trainedOn"]);
        Assert.Equal(SampleDataset.Evaluation.ToString(), training.Labels["evaluatedOn"]);
        Assert.Equal(SampleArtifacts.InputName, training.Features!.Input);
        Assert.Equal(SampleFeatures.Columns, training.Features.Columns);
        Assert.Equal(
            SampleFeatures.Views.Select(static view => new ModelView(
                view,
                SampleFeatures.ViewVersion,
                SampleReplay.Definition(view).Digest)),
            training.Features.Views);
        Assert.All(labels.Zip(frauds), pair => Assert.Equal(pair.Second > 0.5f ? 1 : 0, pair.First));
    }

    [Fact]
    public void The_versions_are_two_different_models()
    {
        var rows = Evaluation.Take(1000).ToList();
        var (_, one) = Run(1, rows);
        var (_, two) = Run(2, rows);
        Assert.InRange(one.Zip(two).Count(pair => Math.Abs(pair.First - pair.Second) > 0.001), 500, 1000);
        Assert.NotEqual(
            TrainingInfo.Parse(File.ReadAllBytes(SampleArtifacts.TrainingPath(1))).Labels["algorithm"],
            TrainingInfo.Parse(File.ReadAllBytes(SampleArtifacts.TrainingPath(2))).Labels["algorithm"]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_probabilities_of_a_row_sum_to_one(int version) => Assert.All(
        Probabilities(version, [.. Evaluation.Take(1000)]).Chunk(2),
        static both => Assert.Equal(1, both[0] + both[1], 1e-5));

    private static float[] Probabilities(int version, IReadOnlyList<SampleRow> rows)
    {
        using var session = new InferenceSession(File.ReadAllBytes(SampleArtifacts.ModelPath(version)));
        var features = rows.SelectMany(row => row.Features.ToArray()).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(features, [rows.Count, SampleFeatures.ColumnCount]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [SampleArtifacts.InputName], [input], [SampleArtifacts.ProbabilitiesName]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static (long[] Labels, float[] Frauds) Run(int version, IReadOnlyList<SampleRow> rows)
    {
        using var session = new InferenceSession(File.ReadAllBytes(SampleArtifacts.ModelPath(version)));
        var features = rows.SelectMany(row => row.Features.ToArray()).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(features, [rows.Count, SampleFeatures.ColumnCount]);
        using var run = new RunOptions();
        using var outputs = session.Run(
            run,
            [SampleArtifacts.InputName],
            [input],
            [SampleArtifacts.LabelName, SampleArtifacts.ProbabilitiesName]);
        var both = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        return (outputs[0].GetTensorDataAsSpan<long>().ToArray(), [.. rows.Select((_, i) => both[2 * i + 1])]);
    }
}

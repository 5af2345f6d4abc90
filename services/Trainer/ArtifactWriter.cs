using System.Text.Encodings.Web;
using System.Text.Json;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>Writes a version's folder: <c>model.onnx</c>, and <c>training.json</c>, from which the manifest gets its metrics, its labels
/// and its features.</summary>
internal static class ArtifactWriter
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes both files, replacing older ones. Neither contains a date or a path, so the same training gives the same
    /// bytes.</summary>
    internal static void Write(string output, Evaluation evaluation, TrainingData data)
    {
        var folder = SampleArtifacts.VersionFolder(output, evaluation.Model.Version);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, SampleArtifacts.ModelFileName), evaluation.Bytes);

        var training = new
        {
            metrics = new { auc = evaluation.AreaUnderRoc, averagePrecision = evaluation.AveragePrecision },
            labels = new
            {
                algorithm = evaluation.Model.Algorithm,
                trainedOn = SampleDataset.Training.ToString(),
                evaluatedOn = SampleDataset.Evaluation.ToString(),
            },
            features = new
            {
                input = SampleArtifacts.InputName,
                columns = SampleFeatures.Columns,
                views = data.Views.Select(static view => new { view = view.View, version = view.Version, digest = view.Digest }),
            },
        };
        File.WriteAllText(Path.Combine(folder, SampleArtifacts.TrainingFileName), JsonSerializer.Serialize(training, Indented) + "\n");
    }
}

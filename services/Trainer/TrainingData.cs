using Microsoft.ML;
using Microsoft.ML.Data;
using ModelServing.Registry;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>The rows of both periods, for ML.NET and for the evaluation, and where their features come from.</summary>
/// <param name="Training">The rows for training.</param>
/// <param name="Evaluation">The rows for evaluation, which are never used in training.</param>
/// <param name="Views">The feature views that the table was made with, with their digests.</param>
internal sealed record TrainingData(
    IReadOnlyList<TrainingRow> Training, IReadOnlyList<TrainingRow> Evaluation, IReadOnlyList<ModelView> Views)
{
    /// <summary>The name of a column in ML.NET's data.</summary>
    internal const string FeaturesColumn = nameof(Row.Features);

    /// <inheritdoc cref="FeaturesColumn"/>
    internal const string LabelColumn = nameof(Row.Label);

    /// <summary>The rows in the form that ML.NET accepts.</summary>
    internal static IDataView View(MLContext context, IReadOnlyList<TrainingRow> rows) => context.Data.LoadFromEnumerable(
        rows.Select(static row => new Row { Features = row.Features, Label = row.IsFraud }));

    /// <summary>The probabilities of fraud that a trained ML.NET model gives the rows.</summary>
    internal static float[] Probabilities(MLContext context, ITransformer model, IReadOnlyList<TrainingRow> rows) =>
        [.. model.Transform(View(context, rows)).GetColumn<float>("Probability")];

    private sealed class Row
    {
        [VectorType(SampleFeatures.ColumnCount)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>The rows of both periods, for ML.NET and for the evaluation.</summary>
/// <param name="Training">The rows for training.</param>
/// <param name="Evaluation">The rows for evaluation, which are never used in training.</param>
internal sealed record TrainingData(IReadOnlyList<SampleRow> Training, IReadOnlyList<SampleRow> Evaluation)
{
    /// <summary>The name of a column in ML.NET's data.</summary>
    internal const string FeaturesColumn = nameof(Row.Features);

    /// <inheritdoc cref="FeaturesColumn"/>
    internal const string LabelColumn = nameof(Row.Label);

    /// <summary>Simulates a world and divides it by time.</summary>
    internal static TrainingData Simulate(SimulatorSettings settings)
    {
        var transactions = CardSimulator.Run(settings);
        return new TrainingData(
            SampleDataset.Rows(transactions, SampleDataset.Training, int.MaxValue),
            SampleDataset.Rows(transactions, SampleDataset.Evaluation, int.MaxValue));
    }

    /// <summary>The rows in the form that ML.NET accepts.</summary>
    internal static IDataView View(MLContext context, IReadOnlyList<SampleRow> rows) => context.Data.LoadFromEnumerable(
        rows.Select(row => new Row { Features = row.Features.ToArray(), Label = row.IsFraud }));

    /// <summary>The probabilities of fraud that a trained ML.NET model gives the rows.</summary>
    internal static float[] Probabilities(MLContext context, ITransformer model, IReadOnlyList<SampleRow> rows) =>
        [.. model.Transform(View(context, rows)).GetColumn<float>("Probability")];

    private sealed class Row
    {
        [VectorType(WindowFeatures.Count)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}

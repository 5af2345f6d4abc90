using System.Globalization;
using System.Security.Cryptography;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>Reports the training data and the metrics of the trained models.</summary>
internal static class ReportTable
{
    /// <summary>Prints one line for each period and each version.</summary>
    internal static void Print(TextWriter writer, TrainingData data, IReadOnlyList<Evaluation> evaluations)
    {
        var culture = CultureInfo.InvariantCulture;
        Print(writer, "training", SampleDataset.Training, data.Training);
        Print(writer, "evaluation", SampleDataset.Evaluation, data.Evaluation);
        writer.WriteLine();
        writer.WriteLine(string.Create(culture,
            $"{"version",-8}{"algorithm",-24}{"AUC",8}{"avg. precision",16}{"|ONNX - ML.NET|",17}{"bytes",9}  sha256"));
        foreach (var evaluation in evaluations)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(evaluation.Bytes));
            var model = string.Create(culture, $"{evaluation.Model.Version,-8}{evaluation.Model.Algorithm,-24}");
            var metrics = string.Create(
                culture, $"{evaluation.AreaUnderRoc,8:F4}{evaluation.AveragePrecision,16:F4}{evaluation.Difference,17:E1}");
            writer.WriteLine(string.Create(culture, $"{model}{metrics}{evaluation.Bytes.Length,9}  {digest}"));
        }
    }

    private static void Print(TextWriter writer, string name, Period period, IReadOnlyList<TrainingRow> rows)
    {
        var frauds = rows.Count(row => row.IsFraud);
        var share = (double)frauds / rows.Count;
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-12}{period,-14}{rows.Count,8} rows, {frauds} frauds ({share:P2})"));
    }
}

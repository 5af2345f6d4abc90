using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Registry.Profiles;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Computes how far the inputs of a model's versions are from those of their training.</summary>
/// <param name="start">The start of the minute.</param>
/// <param name="length">The length of the minute.</param>
internal sealed class InputNumbers(DateTimeOffset start, TimeSpan length)
{
    private readonly MinutePoints points = new(start, length);

    /// <param name="reports">The reports of its processes.</param>
    internal IEnumerable<MetricData> Compute(ModelName model, IReadOnlyList<VersionInputs> reports) => reports
        .GroupBy(static one => one.Version)
        .OrderBy(static version => version.Key)
        .Select(version => (version.Key, Psi: LargestPsi(version.SelectMany(static one => one.Report.Inputs))))
        .Where(static version => version.Psi is not null)
        .Select(version => MinuteNumbers.Data(
            ModelMetric.FeaturePsi,
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [ModelMetric.Model] = model.Text,
                [ModelMetric.Version] = version.Key.ToString(),
            },
            points.Once(version.Psi!.Value)));

    // Null if no input has enough rows.
    private static double? LargestPsi(IEnumerable<InputCounts> inputs)
    {
        double? largest = null;
        foreach (var input in inputs.GroupBy(static input => input.Name))
        {
            var training = input.First().Training;
            var serving = new long[training.Count];
            // The processes of a version have the same profile.
            foreach (var process in input.Where(process => process.Training.SequenceEqual(training)))
            {
                for (var bin = 0; bin < serving.Length; bin++)
                    serving[bin] += process.Serving[bin];
            }

            var psi = SkewFigures.Psi(training, serving);
            if (SkewFigures.Judge(psi, training.Sum(), serving.Sum()) != SkewVerdict.TooFew)
                largest = Math.Max(largest ?? 0, psi);
        }

        return largest;
    }
}

using System.Globalization;
using ModelServing.Cache.Reports;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Computes the metrics about features from the feature server's reports about a minute and the minutes before.</summary>
/// <param name="start">The start of the minute.</param>
/// <param name="length">The length of the minute.</param>
internal sealed class FeatureNumbers(DateTimeOffset start, TimeSpan length)
{
    private readonly MinutePoints points = new(start, length);

    /// <param name="environment">The environment's name.</param>
    /// <param name="report">The report about the minute; null without one.</param>
    /// <param name="before">Those about the minutes before, in order.</param>
    internal List<MetricData> Compute(string environment, FeatureReport? report, IReadOnlyList<FeatureReport?> before)
    {
        var ofEnvironment = new Dictionary<string, string> { [ModelMetric.Environment] = environment };
        if (report is null)
        {
            // A server that stopped regularly is not missing.
            return before.LastOrDefault(static earlier => earlier is not null) is { IsLeaving: false }
                ? [MinuteNumbers.Data(ModelMetric.FeatureServerReporting, ofEnvironment, points.Once(0))]
                : [];
        }

        return
        [
            MinuteNumbers.Data(ModelMetric.FeatureServerReporting, ofEnvironment, points.Once(1)),
            MinuteNumbers.Data(ModelMetric.FeatureEventsUnshipped, ofEnvironment, points.Once(report.Unshipped)),
            MinuteNumbers.Data(ModelMetric.FeatureEventsOverdueSeconds, ofEnvironment, points.Once(report.OverdueSeconds)),
            MinuteNumbers.Data(ModelMetric.FeatureLogShare, ofEnvironment, points.Once(report.LogShare)),
            .. report.Views.SelectMany(Compute),
        ];
    }

    private IEnumerable<MetricData> Compute(ViewReport view)
    {
        var dimensions = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ModelMetric.View] = view.View,
            [ModelMetric.Version] = view.Version.ToString(CultureInfo.InvariantCulture),
        };
        yield return MinuteNumbers.Data(ModelMetric.FeatureViewFilled, dimensions, points.Once(view.IsFilled ? 1 : 0));
        if (view.IsFilled)
            yield return MinuteNumbers.Data(ModelMetric.FeatureViewDelaySeconds, dimensions, points.Once(view.DelaySeconds));
        if (view.Events > 0)
        {
            yield return MinuteNumbers.Data(
                ModelMetric.FeatureEventsLate, dimensions, points.OneOrZero(view.Late, view.Events - view.Late));
        }
    }
}

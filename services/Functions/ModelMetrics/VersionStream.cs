using System.Globalization;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>A version in one variant and trial; each is a stream of the metrics.</summary>
internal sealed record VersionStream(ModelVersion Version, string Variant, int Trial) : IComparable<VersionStream>
{
    /// <summary>Whether a rollout assigned the requests. Requests that bypassed the router, or named the version themselves, are in no
    /// metric, so that they cannot raise an alarm.</summary>
    internal bool IsOfRollout =>
        Variant is not (HeaderNames.DirectVariant or VariantPlan.Pinned) && Comparison.FromStream(Variant, Trial) is null;

    internal bool IsStable => Variant == ModelMetric.StableVariant;

    public int CompareTo(VersionStream? other) => other is null ? 1
        : Version.CompareTo(other.Version) is var byVersion && byVersion != 0 ? byVersion
        : string.CompareOrdinal(Variant, other.Variant) is var byVariant && byVariant != 0 ? byVariant
        : Trial.CompareTo(other.Trial);

    internal IReadOnlyDictionary<string, string> Dimensions(ModelName model) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [ModelMetric.Model] = model.Text,
        [ModelMetric.Version] = Version.ToString(),
        [ModelMetric.Variant] = Variant,
        [ModelMetric.Trial] = Trial.ToString(CultureInfo.InvariantCulture),
        [ModelMetric.Watched] = IsStable ? ModelMetric.IsNotWatched : ModelMetric.IsWatched,
    };

    /// <summary>The sums of the processes' counts, by stream and in order.</summary>
    internal static SortedDictionary<VersionStream, RequestCounts> AddUp(IEnumerable<ProcessReport> processes)
    {
        var sums = new SortedDictionary<VersionStream, RequestCounts>();
        foreach (var process in processes)
        {
            foreach (var counted in process.Streams)
            {
                var stream = new VersionStream(process.Version, counted.Variant, counted.Trial);
                if (stream.IsOfRollout)
                    sums[stream] = sums.TryGetValue(stream, out var sum) ? sum + counted.Counts : counted.Counts;
            }
        }

        return sums;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using ModelServing.Contracts.Admin;

namespace ModelServing.TestKit.Hostile;

/// <summary>Everything that a platform counts as failures of versions, by what and where.</summary>
public sealed partial class FailureCounts
{
    // A refusal, and a time that a caller may have shortened, are not a version's failure by themselves. The guard's counts show whether
    // they were taken for one.
    private static readonly string[] Harmless = ["503", "504"];

    private readonly Dictionary<string, double> counts = [];

    /// <summary>Those that have grown since an earlier reading, by how much.</summary>
    public IEnumerable<string> GrownSince(FailureCounts earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return counts.Where(count => count.Value > earlier.counts.GetValueOrDefault(count.Key))
            .Select(count => string.Create(
                CultureInfo.InvariantCulture, $"{count.Key}: {earlier.counts.GetValueOrDefault(count.Key)} -> {count.Value}"));
    }

    /// <summary>Those of the guard alone.</summary>
    public FailureCounts OfGuard() => Where(static name => name.StartsWith("guard", StringComparison.Ordinal));

    /// <summary>Those of watched versions in the guard alone, without stable's.</summary>
    public FailureCounts OfWatched() => Where(static name => name.StartsWith("guard", StringComparison.Ordinal)
        && name.EndsWith("of the canary", StringComparison.Ordinal));

    /// <summary>Adds a version's own counts.</summary>
    internal void AddVersion(string metrics)
    {
        foreach (var (labels, value) in Series(metrics, "modelserving_inference_request_duration_seconds_count"))
        {
            if (labels["status"][0] == '5' && !Harmless.Contains(labels["status"]))
                Add($"version {labels["model"]} {labels["version"]} status {labels["status"]}", value);
        }
    }

    /// <summary>Adds a router's counts.</summary>
    internal void AddRouter(string metrics)
    {
        foreach (var (labels, value) in Series(metrics, "modelserving_router_request_duration_seconds_count"))
        {
            if (labels["status"][0] == '5' && !Harmless.Contains(labels["status"]))
                Add($"router {labels["model"]} {labels["version"]} status {labels["status"]}", value);
        }

        foreach (var (labels, value) in Series(metrics, "modelserving_router_ejections_total"))
            Add($"router {labels["model"]} {labels["version"]} ejected", value);
    }

    /// <summary>Adds the guard's counts.</summary>
    internal void AddGuard(RolloutsStatus status)
    {
        foreach (var model in status.Models)
        {
            foreach (var condemned in model.Condemned)
                Add($"{model.Model} version {condemned.Version} is condemned", 1);
            foreach (var reading in model.Variants.SelectMany(static variant => variant.Guard?.Readings ?? []))
            {
                Add($"guard {model.Model} {reading.Kind} of the canary", reading.Failures);
                if (reading.Kind != "maxErrorRate")
                    Add($"guard {model.Model} {reading.Kind} of stable", reading.Others);
            }
        }
    }

    private static IEnumerable<(Dictionary<string, string> Labels, double Value)> Series(string metrics, string name) =>
        metrics.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
            .Select(static line => (
                Label().Matches(line).ToDictionary(static label => label.Groups[1].Value, static label => label.Groups[2].Value),
                double.Parse(
                    line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)));

    private FailureCounts Where(Func<string, bool> isWanted)
    {
        var some = new FailureCounts();
        foreach (var (name, value) in counts.Where(count => isWanted(count.Key)))
            some.counts[name] = value;
        return some;
    }

    private void Add(string name, double value) => counts[name] = counts.GetValueOrDefault(name) + value;

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex Label();
}

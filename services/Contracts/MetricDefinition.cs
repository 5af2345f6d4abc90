namespace ModelServing.Contracts;

/// <summary>A metric of a process, as a dashboard shows it.</summary>
/// <param name="Name">The name, one of <see cref="MetricNames"/>.</param>
/// <param name="Unit">The unit: <c>s</c>, <c>By</c>, <c>1</c> for a number without one, or what is counted, in braces.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Dimensions">The dimensions that tell its series apart.</param>
public sealed record MetricDefinition(
    string Name, MetricKind Kind, string Unit, string Title, params IReadOnlyList<string> Dimensions)
{
    /// <summary>Whether the largest value of several processes is of interest, and not their sum.</summary>
    public bool IsLargest { get; init; }

    /// <summary>The name in Prometheus' text format. A histogram's series add <c>_bucket</c>, <c>_sum</c> and <c>_count</c>.</summary>
    public string PrometheusName
    {
        get
        {
            var name = Name.Replace('.', '_');
            var unit = Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            // The exporter adds no unit that the name has already.
            return (name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit) + (Kind == MetricKind.Counter ? "_total" : "");
        }
    }
}

namespace ModelServing.Contracts.Monitoring;

/// <summary>A metric in OCI Monitoring, as a dashboard shows it.</summary>
/// <param name="Name">The name, one of <see cref="ModelMetric"/>.</param>
/// <param name="Statistic">The statistic of Monitoring's query language that a chart shows, such as <c>mean</c>.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Dimensions">The dimensions that tell its streams apart.</param>
public sealed record MonitoredMetric(string Name, string Statistic, string Title, params IReadOnlyList<string> Dimensions)
{
    /// <summary>The query of a chart. The interval follows the chart's time range.</summary>
    public string Query => $"{Name}[auto].groupBy({string.Join(',', Dimensions)}).{Statistic}()";
}

using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The answer to a post to Monitoring, <c>PostMetricDataResponseDetails</c>. It comes with 200 whatever was refused.</summary>
/// <param name="FailedMetricsCount">How many streams were not taken.</param>
/// <param name="FailedMetrics">Those; null for none.</param>
public sealed record MetricPostAnswer([property: JsonRequired] int FailedMetricsCount, IReadOnlyList<FailedMetric>? FailedMetrics = null)
{
    /// <summary>The answer as JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.MetricPostAnswer);

    /// <summary>Reads the answer.</summary>
    /// <exception cref="ContractException">It is none; the message names the place.</exception>
    public static MetricPostAnswer Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.MetricPostAnswer, "answer to a post of metrics");
}

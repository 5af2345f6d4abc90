using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The answer to a post to Monitoring, <c>PostMetricDataResponseDetails</c>. Its status is 200 even if streams were
/// refused.</summary>
/// <param name="FailedMetricsCount">The number of refused streams.</param>
/// <param name="FailedMetrics">The refused streams; null for none.</param>
public sealed record MetricPostAnswer([property: JsonRequired] int FailedMetricsCount, IReadOnlyList<FailedMetric>? FailedMetrics = null)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.MetricPostAnswer);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static MetricPostAnswer Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.MetricPostAnswer, "answer to a post of metrics");
}

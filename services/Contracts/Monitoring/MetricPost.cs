using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The body of a post to Monitoring, <c>PostMetricDataDetails</c>.</summary>
/// <param name="MetricData">The streams, at most <see cref="MaxStreams"/>.</param>
public sealed record MetricPost([property: JsonRequired] IReadOnlyList<MetricData> MetricData)
{
    /// <summary>The most streams that Monitoring accepts in one post.</summary>
    public const int MaxStreams = 50;

    /// <summary>The path of a post, Monitoring's own.</summary>
    public const string Path = "/20180401/metrics";

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.MetricPost);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static MetricPost Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.MetricPost, "post of metrics");
}

using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The body of a post to Monitoring, <c>PostMetricDataDetails</c>.</summary>
/// <param name="MetricData">The streams, at most <see cref="MaxStreams"/>.</param>
public sealed record MetricPost([property: JsonRequired] IReadOnlyList<MetricData> MetricData)
{
    /// <summary>The most streams that Monitoring takes in one post.</summary>
    public const int MaxStreams = 50;

    /// <summary>The path of a post, Monitoring's own.</summary>
    public const string Path = "/20180401/metrics";

    /// <summary>The body as JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.MetricPost);

    /// <summary>Reads the body of a post.</summary>
    /// <exception cref="ContractException">It is none; the message names the place.</exception>
    public static MetricPost Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.MetricPost, "post of metrics");
}

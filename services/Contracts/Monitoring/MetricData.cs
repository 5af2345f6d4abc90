using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>Datapoints of one stream: of one metric with one set of dimensions. Members are those of Monitoring's
/// <c>MetricDataDetails</c>, but for the compartment.</summary>
public sealed record MetricData
{
    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>The dimensions, 1 to 20; no value is empty.</summary>
    public required IReadOnlyDictionary<string, string> Dimensions { get; init; }

    /// <summary>The datapoints; at least one.</summary>
    public required IReadOnlyList<MetricDatapoint> Datapoints { get; init; }
}

/// <summary>A datapoint.</summary>
/// <param name="Timestamp">Its time.</param>
/// <param name="Value">Its value.</param>
/// <param name="Count">Its weight: how often the value occurred.</param>
public sealed record MetricDatapoint(DateTimeOffset Timestamp, double Value, int Count = 1);

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

/// <summary>A stream that an alarm fires for.</summary>
/// <param name="Alarm">The alarm's name, <see cref="AlarmDefinition.Name"/>.</param>
/// <param name="Dimensions">The stream's dimensions.</param>
/// <param name="Since">Since when.</param>
public sealed record FiringAlarm(string Alarm, IReadOnlyDictionary<string, string> Dimensions, DateTimeOffset Since);

/// <summary>What fires, as a stand-in for Monitoring answers it to a GET of <see cref="Path"/>.</summary>
/// <param name="Alarms">One for each stream that an alarm fires for.</param>
public sealed record FiringAlarms([property: JsonRequired] IReadOnlyList<FiringAlarm> Alarms)
{
    /// <summary>The path. Monitoring itself is asked in two calls: for the alarms' states, then for each that fires its streams.</summary>
    public const string Path = "/firing";

    /// <summary>The answer as JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.FiringAlarms);

    /// <summary>Reads the answer.</summary>
    /// <exception cref="ContractException">It is none; the message names the place.</exception>
    public static FiringAlarms Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.FiringAlarms, "answer about alarms");
}

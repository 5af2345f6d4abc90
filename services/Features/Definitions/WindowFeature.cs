using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>A feature over the events of a window of time.</summary>
public sealed record WindowFeature : FeatureDefinition
{
    public required Aggregation Aggregation { get; init; }

    public required string Source { get; init; }

    /// <summary>The field; null for a count of events.</summary>
    public string? Field { get; init; }

    /// <summary>A condition on the fields of an event; null for all events.</summary>
    public string? Where { get; init; }

    /// <summary>The length of the window, a multiple of <see cref="Hop"/>.</summary>
    [JsonConverter(typeof(MillisecondsJsonConverter))]
    [JsonPropertyName("windowMs")]
    public required TimeSpan Window { get; init; }

    /// <summary>The length of the tiles that the window is made of.</summary>
    [JsonConverter(typeof(MillisecondsJsonConverter))]
    [JsonPropertyName("hopMs")]
    public required TimeSpan Hop { get; init; }

    /// <summary>How long before the time of reading the window ends.</summary>
    [JsonConverter(typeof(MillisecondsJsonConverter))]
    [JsonPropertyName("delayMs")]
    public TimeSpan Delay { get; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Functions.Rollback;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>The result of a run of ModelMetrics.</summary>
internal sealed record ModelMetricsReport
{
    /// <summary>The number of models with reports.</summary>
    public int Models { get; set; }

    /// <summary>The posted minutes, the oldest first.</summary>
    public List<PostedMinute> Minutes { get; } = [];

    /// <summary>The results for the streams that alarms fire for.</summary>
    public List<StreamReport> Firing { get; } = [];

    /// <summary>The failures, for people; each is a reason to look.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether the cache was unavailable, so nothing is known.</summary>
    [JsonIgnore]
    public bool IsCacheUnavailable { get; set; }

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ModelMetricsJson.Default.ModelMetricsReport);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Functions.Rollback;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>What a run of ModelMetrics did.</summary>
internal sealed record ModelMetricsReport
{
    /// <summary>The models that were reported of.</summary>
    public int Models { get; set; }

    /// <summary>The minutes that it posted, the oldest first.</summary>
    public List<PostedMinute> Minutes { get; } = [];

    /// <summary>What became of the streams that alarms fire for.</summary>
    public List<StreamReport> Firing { get; } = [];

    /// <summary>What was not possible, for a person; each is a reason to look.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether nothing could be known, as the cache was away.</summary>
    [JsonIgnore]
    public bool IsCacheAway { get; set; }

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ModelMetricsJson.Default.ModelMetricsReport);
}

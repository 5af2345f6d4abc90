using System.Runtime.Serialization;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.MonitoringService.Models;

public class PostMetricDataDetails
{
    [JsonProperty("metricData")]
    public List<MetricDataDetails> MetricData { get; set; }

    public enum BatchAtomicityEnum
    {
        [EnumMember(Value = "ATOMIC")]
        Atomic,

        [EnumMember(Value = "NON_ATOMIC")]
        NonAtomic,
    }

    [JsonProperty("batchAtomicity")]
    [JsonConverter(typeof(StringEnumConverter))]
    public BatchAtomicityEnum? BatchAtomicity { get; set; }
}

using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class AlarmDimensionStatesEntry
{
    [JsonProperty("alarmSummary")]
    public string AlarmSummary { get; set; }

    [JsonProperty("dimensions")]
    public Dictionary<string, string> Dimensions { get; set; }

    public enum StatusEnum
    {
        [EnumMember(Value = null)]
        UnknownEnumValue,

        [EnumMember(Value = "FIRING")]
        Firing,

        [EnumMember(Value = "OK")]
        Ok,
    }

    [JsonProperty("status")]
    [JsonConverter(typeof(Oci.Common.Http.LenientEnumConverter))]
    public StatusEnum? Status { get; set; }

    [JsonProperty("ruleName")]
    public string RuleName { get; set; }

    [JsonProperty("timestamp")]
    public DateTime? Timestamp { get; set; }
}

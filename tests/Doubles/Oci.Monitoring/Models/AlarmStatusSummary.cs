using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class AlarmStatusSummary
{
    [JsonProperty("id")]
    public string Id { get; set; }

    [JsonProperty("displayName")]
    public string DisplayName { get; set; }

    public enum SeverityEnum
    {
        [EnumMember(Value = null)]
        UnknownEnumValue,

        [EnumMember(Value = "CRITICAL")]
        Critical,

        [EnumMember(Value = "ERROR")]
        Error,

        [EnumMember(Value = "WARNING")]
        Warning,

        [EnumMember(Value = "INFO")]
        Info,
    }

    [JsonProperty("severity")]
    [JsonConverter(typeof(Oci.Common.Http.LenientEnumConverter))]
    public SeverityEnum? Severity { get; set; }

    [JsonProperty("ruleName")]
    public string RuleName { get; set; }

    [JsonProperty("timestampTriggered")]
    public DateTime? TimestampTriggered { get; set; }

    [JsonProperty("alarmSummary")]
    public string AlarmSummary { get; set; }

    public enum StatusEnum
    {
        [EnumMember(Value = null)]
        UnknownEnumValue,

        [EnumMember(Value = "FIRING")]
        Firing,

        [EnumMember(Value = "OK")]
        Ok,

        [EnumMember(Value = "SUSPENDED")]
        Suspended,
    }

    [JsonProperty("status")]
    [JsonConverter(typeof(Oci.Common.Http.LenientEnumConverter))]
    public StatusEnum? Status { get; set; }
}

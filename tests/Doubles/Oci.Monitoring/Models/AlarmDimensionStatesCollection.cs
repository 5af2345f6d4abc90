using Newtonsoft.Json;

namespace Oci.MonitoringService.Models;

public class AlarmDimensionStatesCollection
{
    [JsonProperty("alarmId")]
    public string AlarmId { get; set; }

    [JsonProperty("isEnabled")]
    public bool? IsEnabled { get; set; }

    [JsonProperty("isNotificationsPerMetricDimensionEnabled")]
    public bool? IsNotificationsPerMetricDimensionEnabled { get; set; }

    [JsonProperty("items")]
    public List<AlarmDimensionStatesEntry> Items { get; set; }
}

using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.MonitoringService.Models;

public class RetrieveDimensionStatesDetails
{
    [JsonProperty("dimensionFilters")]
    public Dictionary<string, string> DimensionFilters { get; set; }

    [JsonProperty("status")]
    [JsonConverter(typeof(StringEnumConverter))]
    public AlarmDimensionStatesEntry.StatusEnum? Status { get; set; }
}

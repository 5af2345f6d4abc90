using Newtonsoft.Json;

namespace Oci.NosqlService.Models;

public class RequestUsage
{
    [JsonProperty("readUnitsConsumed")]
    public int? ReadUnitsConsumed { get; set; }

    [JsonProperty("writeUnitsConsumed")]
    public int? WriteUnitsConsumed { get; set; }
}

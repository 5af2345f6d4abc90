using System.Runtime.Serialization;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.NosqlService.Models;

public class QueryDetails
{
    [JsonProperty("compartmentId")]
    public string CompartmentId { get; set; }

    [JsonProperty("statement")]
    public string Statement { get; set; }

    [JsonProperty("isPrepared")]
    public bool? IsPrepared { get; set; }

    public enum ConsistencyEnum
    {
        [EnumMember(Value = "EVENTUAL")]
        Eventual,

        [EnumMember(Value = "ABSOLUTE")]
        Absolute,
    }

    [JsonProperty("consistency")]
    [JsonConverter(typeof(StringEnumConverter))]
    public ConsistencyEnum? Consistency { get; set; }

    [JsonProperty("maxReadInKBs")]
    public int? MaxReadInKBs { get; set; }

    [JsonProperty("variables")]
    public Dictionary<string, object> Variables { get; set; }

    [JsonProperty("timeoutInMs")]
    public int? TimeoutInMs { get; set; }
}

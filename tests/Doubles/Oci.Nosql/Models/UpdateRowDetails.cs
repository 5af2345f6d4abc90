using System.Runtime.Serialization;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Oci.NosqlService.Models;

public class UpdateRowDetails
{
    [JsonProperty("compartmentId")]
    public string CompartmentId { get; set; }

    [JsonProperty("value")]
    public Dictionary<string, object> Value { get; set; }

    public enum OptionEnum
    {
        [EnumMember(Value = "IF_ABSENT")]
        IfAbsent,

        [EnumMember(Value = "IF_PRESENT")]
        IfPresent,
    }

    [JsonProperty("option")]
    [JsonConverter(typeof(StringEnumConverter))]
    public OptionEnum? Option { get; set; }

    [JsonProperty("isGetReturnRow")]
    public bool? IsGetReturnRow { get; set; }

    [JsonProperty("timeoutInMs")]
    public int? TimeoutInMs { get; set; }

    [JsonProperty("ttl")]
    public int? Ttl { get; set; }

    [JsonProperty("isTtlUseTableDefault")]
    public bool? IsTtlUseTableDefault { get; set; }

    [JsonProperty("identityCacheSize")]
    public int? IdentityCacheSize { get; set; }

    [JsonProperty("isExactMatch")]
    public bool? IsExactMatch { get; set; }
}

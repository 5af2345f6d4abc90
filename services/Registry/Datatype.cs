using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Registry;

/// <summary>The type of a tensor's elements, by the Open Inference Protocol's names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Datatype>))]
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the protocol's names.")]
public enum Datatype
{
    [JsonStringEnumMemberName("BOOL")]
    Bool,

    [JsonStringEnumMemberName("INT8")]
    Int8,

    [JsonStringEnumMemberName("INT16")]
    Int16,

    [JsonStringEnumMemberName("INT32")]
    Int32,

    [JsonStringEnumMemberName("INT64")]
    Int64,

    [JsonStringEnumMemberName("UINT8")]
    Uint8,

    [JsonStringEnumMemberName("UINT16")]
    Uint16,

    [JsonStringEnumMemberName("UINT32")]
    Uint32,

    [JsonStringEnumMemberName("UINT64")]
    Uint64,

    [JsonStringEnumMemberName("FP16")]
    Fp16,

    [JsonStringEnumMemberName("FP32")]
    Fp32,

    [JsonStringEnumMemberName("FP64")]
    Fp64,

    [JsonStringEnumMemberName("BYTES")]
    Bytes,

    [JsonStringEnumMemberName("BF16")]
    Bf16,
}

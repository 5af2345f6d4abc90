using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ModelServing.Registry;

/// <summary>The type of a tensor's elements, by the Open Inference Protocol's names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Datatype>))]
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the protocol's names.")]
public enum Datatype
{
    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("BOOL")]
    Bool,

    /// <summary>A whole number of 8 bits.</summary>
    [JsonStringEnumMemberName("INT8")]
    Int8,

    /// <summary>A whole number of 16 bits.</summary>
    [JsonStringEnumMemberName("INT16")]
    Int16,

    /// <summary>A whole number of 32 bits.</summary>
    [JsonStringEnumMemberName("INT32")]
    Int32,

    /// <summary>A whole number of 64 bits.</summary>
    [JsonStringEnumMemberName("INT64")]
    Int64,

    /// <summary>A whole number of 8 bits, from 0.</summary>
    [JsonStringEnumMemberName("UINT8")]
    Uint8,

    /// <summary>A whole number of 16 bits, from 0.</summary>
    [JsonStringEnumMemberName("UINT16")]
    Uint16,

    /// <summary>A whole number of 32 bits, from 0.</summary>
    [JsonStringEnumMemberName("UINT32")]
    Uint32,

    /// <summary>A whole number of 64 bits, from 0.</summary>
    [JsonStringEnumMemberName("UINT64")]
    Uint64,

    /// <summary>A floating-point number of 16 bits.</summary>
    [JsonStringEnumMemberName("FP16")]
    Fp16,

    /// <summary>A floating-point number of 32 bits.</summary>
    [JsonStringEnumMemberName("FP32")]
    Fp32,

    /// <summary>A floating-point number of 64 bits.</summary>
    [JsonStringEnumMemberName("FP64")]
    Fp64,

    /// <summary>A string.</summary>
    [JsonStringEnumMemberName("BYTES")]
    Bytes,
}

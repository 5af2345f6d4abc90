using ModelServing.Registry;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>The fields of the message <c>InferTensorContents</c>, of which each data type has one.</summary>
internal static class ContentsFields
{
    /// <summary>The names of the fields, by their numbers.</summary>
    internal static readonly string[] Names =
    [
        "", "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents",
        "bytes_contents",
    ];

    /// <summary>The number of a data type's field; 0 for the types of 16-bit numbers, which have none.</summary>
    internal static int NumberOf(Datatype datatype) => datatype switch
    {
        Datatype.Bool => 1,
        Datatype.Int8 or Datatype.Int16 or Datatype.Int32 => 2,
        Datatype.Int64 => 3,
        Datatype.Uint8 or Datatype.Uint16 or Datatype.Uint32 => 4,
        Datatype.Uint64 => 5,
        Datatype.Fp32 => 6,
        Datatype.Fp64 => 7,
        Datatype.Bytes => 8,
        _ => 0,
    };

    /// <summary>The fewest bytes that an element takes in a body: a number that is small, or a text without characters.</summary>
    internal static int LeastBytesOf(Datatype datatype) => datatype switch
    {
        Datatype.Fp64 => sizeof(double),
        Datatype.Fp32 => sizeof(float),
        Datatype.Fp16 or Datatype.Bf16 or Datatype.Bytes => sizeof(ushort),
        _ => 1,
    };
}

using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Two elements of a data type in both forms.</summary>
/// <param name="Datatype">The data type.</param>
/// <param name="Json">The elements in JSON.</param>
/// <param name="Hex">The elements as bytes, in hexadecimal digits.</param>
internal sealed record TypeCase(string Datatype, string Json, string Hex)
{
    /// <summary>All data types. The elements are the ends of the range where JSON has them.</summary>
    internal static IReadOnlyList<TypeCase> All { get; } =
    [
        new("BOOL", "[true,false]", "0100"),
        new("INT8", "[-128,127]", "807F"),
        new("INT16", "[-32768,32767]", "0080FF7F"),
        new("INT32", "[-2147483648,2147483647]", "00000080FFFFFF7F"),
        new("INT64", "[-9223372036854775808,9223372036854775807]", "0000000000000080FFFFFFFFFFFFFF7F"),
        new("UINT8", "[0,255]", "00FF"),
        new("UINT16", "[0,65535]", "0000FFFF"),
        new("UINT32", "[0,4294967295]", "00000000FFFFFFFF"),
        new("UINT64", "[0,18446744073709551615]", "0000000000000000FFFFFFFFFFFFFFFF"),
        new("FP16", "[0.5,-2]", "003800C0"),
        new("BF16", "[0.5,-2]", "003F00C0"),
        new("FP32", "[0.5,-2]", "0000003F000000C0"),
        new("FP64", "[0.5,-2]", "000000000000E03F00000000000000C0"),
        new("BYTES", "[\"\u00e4!\",\"\"]", "03000000C3A42100000000"),
    ];

    /// <summary>Whether servers agree on the type's form in JSON. The protocol says that they do not for two types.</summary>
    internal bool HasJson => Datatype is not ("FP16" or "BF16");

    /// <summary>Both elements as the input for this type.</summary>
    internal InferInput ToInput() => Datatypes.TryParse(Datatype, out var datatype)
        ? new(ConformanceModels.InputOf(Datatype), Tensor.FromMemory(datatype, Convert.FromHexString(Hex), 2))
        : throw new InvalidOperationException($"the client does not know the type {Datatype}");
}

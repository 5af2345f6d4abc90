using ElementType = ModelServing.Registry.Onnx.TensorProto.Types.DataType;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>How the data of each element type stand in a tensor (onnx.proto, TensorProto).</summary>
internal static class TensorRules
{
    private const int Float32Data = 4;
    private const int Int32Data = 5;
    private const int StringData = 6;
    private const int Int64Data = 7;
    private const int RawData = 9;
    private const int DoubleData = 10;
    private const int Uint64Data = 11;

    private static readonly (int Field, string Name)[] Fields =
    [
        (Float32Data, "float_data"), (Int32Data, "int32_data"), (StringData, "string_data"), (Int64Data, "int64_data"), (RawData, "raw_data"),
        (DoubleData, "double_data"), (Uint64Data, "uint64_data"),
    ];

    /// <summary>Whether ONNX has the element type of a number.</summary>
    internal static bool IsKnown(int type) => type != (int)ElementType.Undefined && Enum.IsDefined((ElementType)type);

    /// <summary>How many bits an element has; of a string at least eight, as each has a length.</summary>
    internal static int BitsOf(int type) => (ElementType)type switch
    {
        ElementType.Uint2 or ElementType.Int2 => 2,
        ElementType.Uint4 or ElementType.Int4 or ElementType.Float4E2M1 => 4,
        ElementType.Uint16 or ElementType.Int16 or ElementType.Float16 or ElementType.Bfloat16 => 16,
        ElementType.Float or ElementType.Int32 or ElementType.Uint32 => 32,
        ElementType.Int64 or ElementType.Uint64 or ElementType.Double or ElementType.Complex64 => 64,
        ElementType.Complex128 => 128,
        _ => 8,
    };

    /// <summary>What is wrong with a tensor's data; null when they are as many as its elements.</summary>
    /// <param name="type">A known element type.</param>
    /// <param name="elements">How many elements its shape has.</param>
    /// <param name="counts">By field, how many values there are, and of raw_data how many bytes.</param>
    /// <param name="isSegment">Whether it says that it is one part of a tensor.</param>
    internal static string? DataFault(int type, long elements, long[] counts, bool isSegment)
    {
        if (isSegment)
            return "it is a segment of a tensor, of which the rest is elsewhere";
        var given = Fields.Where(field => counts[field.Field] > 0).ToList();
        if (given.Count > 1)
            return $"its data are in {given[0].Name} and in {given[1].Name}";
        var (field, name) = given.Count == 1 ? given[0] : (RawData, "raw_data");
        if (field == RawData && type != (int)ElementType.String)
        {
            var bytes = BytesOf(elements, BitsOf(type));
            return counts[RawData] == bytes ? null : $"raw_data has {counts[RawData]} bytes, and there have to be {bytes}";
        }

        var (rightField, values) = ValuesOf(type, elements);
        if (given.Count == 0)
            return values == 0 ? null : $"there are no data, and there have to be {values}";
        if (field != rightField)
            return $"its data are in {name}, which is not for elements of its type";
        return counts[field] == values ? null : $"{name} has {counts[field]} values, and there have to be {values}";
    }

    private static (int Field, long Values) ValuesOf(int type, long elements) => (ElementType)type switch
    {
        ElementType.Float => (Float32Data, elements),
        ElementType.Complex64 => (Float32Data, 2 * elements),
        ElementType.Double => (DoubleData, elements),
        ElementType.Complex128 => (DoubleData, 2 * elements),
        ElementType.Int64 => (Int64Data, elements),
        ElementType.Uint32 or ElementType.Uint64 => (Uint64Data, elements),
        ElementType.String => (StringData, elements),
        // Those of less than a byte stand as their bytes would.
        var small => (Int32Data, BitsOf((int)small) < 8 ? BytesOf(elements, BitsOf((int)small)) : elements),
    };

    private static long BytesOf(long elements, int bits) => bits >= 8 ? elements * (bits / 8) : (elements / (8 / bits)) + (elements % (8 / bits) == 0 ? 0 : 1);
}

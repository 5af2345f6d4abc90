using System.Buffers.Binary;
using ModelServing.Registry.Onnx.Values;
using ElementType = ModelServing.Registry.Onnx.TensorProto.Types.DataType;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>How a tensor stores the data of each element type (onnx.proto, TensorProto).</summary>
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
        (Float32Data, "float_data"), (Int32Data, "int32_data"), (StringData, "string_data"), (Int64Data, "int64_data"),
        (RawData, "raw_data"), (DoubleData, "double_data"), (Uint64Data, "uint64_data"),
    ];

    /// <summary>Whether ONNX has an element type of this number.</summary>
    internal static bool IsKnown(int type) => type != (int)ElementType.Undefined && Enum.IsDefined((ElementType)type);

    /// <summary>The number of bits of an element. For a string it is eight, the least that a string takes: each has a length.</summary>
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

    /// <summary>The kind of an element type.</summary>
    internal static ElementKinds KindOf(int type) => (ElementType)type switch
    {
        ElementType.Undefined => ElementKinds.None,
        ElementType.Int32 => ElementKinds.Int32,
        ElementType.Int64 => ElementKinds.Int64,
        _ => ElementKinds.Other,
    };

    /// <summary>What is known about a constant number.</summary>
    /// <param name="isWide">Whether it has 64 bits; otherwise it has 32.</param>
    internal static NumberBounds BoundsOf(long number, bool isWide) =>
        (number >= 0 ? NumberBounds.AtLeastZero : NumberBounds.None) |
        (number != -1 ? NumberBounds.NotMinusOne : NumberBounds.None) |
        (number != (isWide ? long.MinValue : int.MinValue) ? NumberBounds.NotLowest : NumberBounds.None) |
        (number is > int.MinValue and <= int.MaxValue ? NumberBounds.Fits32Bits : NumberBounds.None) |
        (number != 1 ? NumberBounds.NotOne : NumberBounds.None);

    /// <summary>What is known about all numbers in the raw data of a tensor.</summary>
    internal static NumberBounds BoundsOf(ReadOnlySpan<byte> raw, int type)
    {
        if ((ElementType)type is not (ElementType.Int32 or ElementType.Int64))
            return NumberBounds.None;
        var isWide = (ElementType)type == ElementType.Int64;
        var size = isWide ? sizeof(long) : sizeof(int);
        var bounds = NumberBounds.All;
        for (; raw.Length >= size; raw = raw[size..])
            bounds &= BoundsOf(isWide ? BinaryPrimitives.ReadInt64LittleEndian(raw) : BinaryPrimitives.ReadInt32LittleEndian(raw), isWide);
        return bounds;
    }

    /// <summary>Finds what is wrong with a tensor's data; null if they match the number of elements.</summary>
    /// <param name="type">A known element type.</param>
    /// <param name="elements">The number of elements of the shape.</param>
    /// <param name="counts">The number of values in each field; for raw_data, the number of bytes.</param>
    /// <param name="isSegment">Whether the message declares itself one part of a tensor.</param>
    internal static string? FindDataFault(int type, long elements, long[] counts, bool isSegment)
    {
        if (isSegment)
            return "it is one segment of a tensor, and the rest is elsewhere";
        var used = Fields.Where(field => counts[field.Field] > 0).ToList();
        if (used.Count > 1)
            return $"its data are in both {used[0].Name} and {used[1].Name}";
        var (field, name) = used.Count == 1 ? used[0] : (RawData, "raw_data");
        if (field == RawData && type != (int)ElementType.String)
        {
            var bytes = BytesOf(elements, BitsOf(type));
            return counts[RawData] == bytes ? null : $"raw_data has {counts[RawData]} bytes instead of {bytes}";
        }

        var (rightField, values) = ValuesOf(type, elements);
        if (used.Count == 0)
            return values == 0 ? null : $"it has no data instead of {values} values";
        if (field != rightField)
            return $"its data are in {name}, which is not for its element type";
        return counts[field] == values ? null : $"{name} has {counts[field]} values instead of {values}";
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
        // Elements smaller than a byte are packed into bytes.
        var small => (Int32Data, BitsOf((int)small) < 8 ? BytesOf(elements, BitsOf((int)small)) : elements),
    };

    private static long BytesOf(long elements, int bits) =>
        bits >= 8 ? elements * (bits / 8) : (elements / (8 / bits)) + (elements % (8 / bits) == 0 ? 0 : 1);
}

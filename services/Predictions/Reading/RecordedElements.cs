using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Reading;

/// <summary>The elements of a recorded tensor.</summary>
public static class RecordedElements
{
    /// <summary>Decodes the data: an array of bool, of a type of numbers, or of string. FP16 and BF16 become float, which holds each of
    /// their values. Null if the data do not fit the type and shape.</summary>
    public static Array? Decode(RecordedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var data = tensor.Data.Span;
        Array? elements = tensor.Datatype switch
        {
            "BOOL" => Bools(data),
            "INT8" => Numbers<sbyte>(data),
            "INT16" => Numbers<short>(data),
            "INT32" => Numbers<int>(data),
            "INT64" => Numbers<long>(data),
            "UINT8" => data.ToArray(),
            "UINT16" => Numbers<ushort>(data),
            "UINT32" => Numbers<uint>(data),
            "UINT64" => Numbers<ulong>(data),
            "FP16" => Numbers<Half>(data) is { } halves ? Array.ConvertAll(halves, static half => (float)half) : null,
            "BF16" => Numbers<ushort>(data) is { } halves ? Array.ConvertAll(halves, OfUpperHalf) : null,
            "FP32" => Numbers<float>(data),
            "FP64" => Numbers<double>(data),
            "BYTES" => Texts(data),
            _ => null,
        };
        return elements is not null && elements.Length == CountOf(tensor.Shape) ? elements : null;
    }

    private static long CountOf(IEnumerable<long> shape)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            // More than a record can hold, and no product of two such lengths overflows.
            if (length is < 0 or > int.MaxValue || count > int.MaxValue)
                return -1;
            count *= length;
        }

        return count;
    }

    // BF16 is the upper half of FP32.
    private static float OfUpperHalf(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static bool[] Bools(ReadOnlySpan<byte> data)
    {
        var elements = new bool[data.Length];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = data[i] != 0;
        return elements;
    }

    private static unsafe T[]? Numbers<T>(ReadOnlySpan<byte> data)
        where T : unmanaged => data.Length % sizeof(T) != 0 ? null : MemoryMarshal.Cast<byte, T>(data).ToArray();

    private static string[]? Texts(ReadOnlySpan<byte> data)
    {
        var elements = new List<string>();
        while (data.Length >= sizeof(uint))
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
            data = data[sizeof(uint)..];
            if (length > data.Length)
                return null;
            elements.Add(Encoding.UTF8.GetString(data[..(int)length]));
            data = data[(int)length..];
        }

        return data.IsEmpty ? [.. elements] : null;
    }
}

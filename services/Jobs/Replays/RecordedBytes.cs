using System.Buffers.Binary;
using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelServing.Jobs.Replays;

/// <summary>The values of an export's column in the form in which a record has them.</summary>
internal static class RecordedBytes
{
    /// <summary>The data type and the bytes; null if no tensor has such values.</summary>
    /// <param name="sqlType">DuckDB's type of one value.</param>
    /// <param name="value">A value, or a list of them.</param>
    internal static (string Datatype, byte[] Data)? From(string sqlType, object value) => sqlType switch
    {
        "BOOLEAN" => ("BOOL", Bytes<bool>(value)),
        "TINYINT" => ("INT8", Bytes<sbyte>(value)),
        "SMALLINT" => ("INT16", Bytes<short>(value)),
        "INTEGER" => ("INT32", Bytes<int>(value)),
        "BIGINT" => ("INT64", Bytes<long>(value)),
        "UTINYINT" => ("UINT8", Bytes<byte>(value)),
        "USMALLINT" => ("UINT16", Bytes<ushort>(value)),
        "UINTEGER" => ("UINT32", Bytes<uint>(value)),
        "UBIGINT" => ("UINT64", Bytes<ulong>(value)),
        "FLOAT" => ("FP32", Bytes<float>(value)),
        "DOUBLE" => ("FP64", Bytes<double>(value)),
        "VARCHAR" => ("BYTES", Texts(value)),
        _ => null,
    };

    /// <summary>FP16 from FP32, which an export has in its place and which holds each of its values.</summary>
    internal static byte[] Halves(ReadOnlySpan<byte> floats)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(floats);
        var halves = new Half[numbers.Length];
        for (var i = 0; i < halves.Length; i++)
            halves[i] = (Half)numbers[i];
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }

    private static byte[] Bytes<T>(object value)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(value is T one ? [one] : ((IEnumerable)value).Cast<T>().ToArray().AsSpan()).ToArray();

    private static byte[] Texts(object value)
    {
        using var data = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in value is string one ? [one] : ((IEnumerable)value).Cast<string>())
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            data.Write(length);
            data.Write(bytes);
        }

        return data.ToArray();
    }
}

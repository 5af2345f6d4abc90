using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>Changes the elements of a tensor between the two forms that messages have for them.</summary>
internal static class TypedForm
{
    /// <summary>Makes the typed contents of a data type that has some.</summary>
    /// <param name="datatype">The protocol's name of the type.</param>
    /// <param name="bytes">The elements as raw contents.</param>
    internal static InferTensorContents ToContents(string datatype, byte[] bytes)
    {
        var contents = new InferTensorContents();
        switch (datatype)
        {
            case "BOOL":
                contents.BoolContents.AddRange(bytes.Select(static element => element != 0));
                break;
            case "INT8":
                contents.IntContents.AddRange(bytes.Select(static element => (int)(sbyte)element));
                break;
            case "INT16":
                contents.IntContents.AddRange(Elements<short>(bytes).Select(static element => (int)element));
                break;
            case "INT32":
                contents.IntContents.AddRange(Elements<int>(bytes));
                break;
            case "INT64":
                contents.Int64Contents.AddRange(Elements<long>(bytes));
                break;
            case "UINT8":
                contents.UintContents.AddRange(bytes.Select(static element => (uint)element));
                break;
            case "UINT16":
                contents.UintContents.AddRange(Elements<ushort>(bytes).Select(static element => (uint)element));
                break;
            case "UINT32":
                contents.UintContents.AddRange(Elements<uint>(bytes));
                break;
            case "UINT64":
                contents.Uint64Contents.AddRange(Elements<ulong>(bytes));
                break;
            case "FP32":
                contents.Fp32Contents.AddRange(Elements<float>(bytes));
                break;
            case "FP64":
                contents.Fp64Contents.AddRange(Elements<double>(bytes));
                break;
            default:
                for (var at = 0; at < bytes.Length;)
                {
                    var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
                    at += sizeof(int);
                    contents.BytesContents.Add(ByteString.CopyFrom(bytes, at, length));
                    at += length;
                }

                break;
        }

        return contents;
    }

    /// <summary>Makes raw contents.</summary>
    /// <exception cref="OverflowException">An element is beyond its type.</exception>
    internal static byte[] ToBytes(string datatype, InferTensorContents contents) => datatype switch
    {
        "BOOL" => [.. contents.BoolContents.Select(static element => element ? (byte)1 : (byte)0)],
        "INT8" => [.. contents.IntContents.Select(static element => (byte)checked((sbyte)element))],
        "INT16" => Bytes(contents.IntContents, static element => checked((short)element)),
        "INT32" => Bytes(contents.IntContents, static element => element),
        "INT64" => Bytes(contents.Int64Contents, static element => element),
        "UINT8" => [.. contents.UintContents.Select(static element => checked((byte)element))],
        "UINT16" => Bytes(contents.UintContents, static element => checked((ushort)element)),
        "UINT32" => Bytes(contents.UintContents, static element => element),
        "UINT64" => Bytes(contents.Uint64Contents, static element => element),
        "FP32" => Bytes(contents.Fp32Contents, static element => element),
        "FP64" => Bytes(contents.Fp64Contents, static element => element),
        _ => [.. contents.BytesContents.SelectMany(static text => BitConverter.GetBytes(text.Length).Concat(text))],
    };

    private static T[] Elements<T>(byte[] bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes).ToArray();

    private static byte[] Bytes<TField, T>(RepeatedField<TField> field, Func<TField, T> convert)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(field.Select(convert).ToArray()).ToArray();
}

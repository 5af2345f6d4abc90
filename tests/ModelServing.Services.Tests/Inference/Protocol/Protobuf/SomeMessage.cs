using System.Text;
using Google.Protobuf;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Protocol.Protobuf;

/// <summary>Messages of the Open Inference Protocol's gRPC service, written and read field by field.</summary>
internal static class SomeMessage
{
    /// <summary>Several fields, one after the other.</summary>
    internal static byte[] Join(params IEnumerable<byte[]> fields) => [.. fields.SelectMany(static field => field)];

    /// <summary>A field with a text.</summary>
    internal static byte[] Text(int field, string text) => RawProtobuf.Bytes(field, Encoding.UTF8.GetBytes(text));

    /// <summary>A packed field of whole numbers.</summary>
    internal static byte[] Packed(int field, params IEnumerable<long> numbers) =>
        RawProtobuf.Bytes(field, Join(numbers.Select(static number => RawProtobuf.Varint((ulong)number))));

    /// <summary>An input of a request.</summary>
    internal static byte[] Input(string name, string datatype, long[] shape, params IEnumerable<byte[]> more) =>
        RawProtobuf.Bytes(5, Join([Text(1, name), Text(2, datatype), Packed(3, shape), .. more]));

    /// <summary>The typed contents of an input.</summary>
    internal static byte[] Contents(params IEnumerable<byte[]> fields) => RawProtobuf.Bytes(5, Join(fields));

    /// <summary>The raw contents of an input.</summary>
    internal static byte[] Raw(ReadOnlySpan<byte> data) => RawProtobuf.Bytes(7, data);

    /// <summary>An output that a request wants.</summary>
    internal static byte[] Output(string name, params IEnumerable<byte[]> more) => RawProtobuf.Bytes(6, Join([Text(1, name), .. more]));

    /// <summary>A parameter.</summary>
    /// <param name="field">The number of the field 'parameters': 4 of a request or an input, 2 of an output.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">The fields of its value.</param>
    internal static byte[] Parameter(int field, string name, params IEnumerable<byte[]> value) =>
        RawProtobuf.Bytes(field, Join(Text(1, name), RawProtobuf.Bytes(2, Join(value))));

    /// <summary>The fields of a message whose fields all have a length, by their numbers.</summary>
    internal static ILookup<int, byte[]> Fields(byte[] message)
    {
        var input = new CodedInputStream(message);
        var fields = new List<(int Number, byte[] Value)>();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            Assert.Equal(WireFormat.WireType.LengthDelimited, WireFormat.GetTagWireType(tag));
            fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
        }

        return fields.ToLookup(static field => field.Number, static field => field.Value);
    }
}

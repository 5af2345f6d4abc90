using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Rows for the model <see cref="SomeOnnx.LookupAndAdd"/>, and what it makes of them.</summary>
internal sealed record SomeRows(int Rows, int Width, long[] Indexes, float[] Numbers, float[] Expected)
{
    /// <summary>Rows of a random number and length.</summary>
    internal static SomeRows Next(Random random, bool isBad)
    {
        var (rows, width) = (random.Next(1, 6), random.Next(1, 4));
        var indexes = Enumerable.Range(0, rows * width).Select(_ => (long)random.Next(3)).ToArray();
        var numbers = indexes.Select(_ => (float)random.Next(1000)).ToArray();
        var expected = indexes.Zip(numbers, static (index, number) => (1000f * index) + number).ToArray();
        if (isBad)
            indexes[random.Next(indexes.Length)] = 7;
        return new(rows, width, indexes, numbers, expected);
    }

    internal string ToJson() =>
        $$"""{"inputs":[{"name":"i","shape":[{{Rows}},{{Width}}],"datatype":"INT64","data":[{{string.Join(',', Indexes)}}]},{"name":"x","shape":[{{Rows}},{{Width}}],"datatype":"FP32","data":[{{string.Join(',', Numbers)}}]}]}""";

    internal (byte[] Body, string Type) ToBody(RowsForm form)
    {
        long[] shape = [Rows, Width];
        var numbers = MemoryMarshal.AsBytes<float>(Numbers).ToArray();
        return form switch
        {
            RowsForm.Json => (Encoding.UTF8.GetBytes(ToJson()), "application/json"),
            RowsForm.Raw => (
                Join(Input("i", "INT64", shape), Input("x", "FP32", shape), Raw(MemoryMarshal.AsBytes<long>(Indexes)), Raw(numbers)),
                "application/x-protobuf"),
            _ => (
                Join(
                    Input("x", "FP32", shape, Contents(RawProtobuf.Bytes(6, numbers))),
                    Input("i", "INT64", shape, Contents(Packed(3, Indexes)))),
                "application/x-protobuf"),
        };
    }

    /// <summary>Reads the numbers of an answer.</summary>
    internal static float[] Read(RowsForm form, byte[] answer) => form switch
    {
        RowsForm.Json => JsonNode.Parse(answer)!["outputs"]![0]!["data"].Deserialize<float[]>()!,
        RowsForm.Raw => MemoryMarshal.Cast<byte, float>(Fields(answer)[6].Single()).ToArray(),
        _ => MemoryMarshal.Cast<byte, float>(Fields(Fields(Fields(answer)[5].Single())[5].Single())[6].Single()).ToArray(),
    };
}

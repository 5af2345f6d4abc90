using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Rows for the model <see cref="SomeOnnx.LookupAndAdd"/>, and what it makes of them. Without a wanted output, it answers with
/// all.</summary>
internal sealed record SomeRows(
    int Rows, int Width, long[] Indexes, float[] Numbers, string[] Wanted, (string Name, float[] Data)[] Expected)
{
    /// <summary>The elements of the largest request.</summary>
    internal const int MostElements = 15;

    private static readonly string[] All = ["y", "d"];

    private static readonly string[][] SomeOutputs = [[], ["y"], ["d"], ["d", "y"]];

    /// <summary>Rows of a random number and length, and some of the outputs.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="first">The first number; the others follow it.</param>
    /// <param name="isBad">Whether the model fails at one of the rows.</param>
    internal static SomeRows Next(Random random, int first, bool isBad)
    {
        var (rows, width) = (random.Next(1, 6), random.Next(1, 4));
        var indexes = Enumerable.Range(0, rows * width).Select(_ => (long)random.Next(3)).ToArray();
        var numbers = Enumerable.Range(first, rows * width).Select(static number => (float)number).ToArray();
        var sums = indexes.Zip(numbers, static (index, number) => (1000f * index) + number).ToArray();
        var doubled = Array.ConvertAll(numbers, static number => 2f * number);
        if (isBad)
            indexes[random.Next(indexes.Length)] = 7;
        var wanted = SomeOutputs[random.Next(SomeOutputs.Length)];
        return new(
            rows, width, indexes, numbers, wanted, [.. (wanted is [] ? All : wanted).Select(name => (name, name == "y" ? sums : doubled))]);
    }

    internal string ToJson()
    {
        var outputs = Wanted is [] ? "" : $",\"outputs\":[{string.Join(',', Wanted.Select(static name => $$"""{"name":"{{name}}"}"""))}]";
        return $$"""{"inputs":[{"name":"i","shape":[{{Rows}},{{Width}}],"datatype":"INT64","data":[{{string.Join(',', Indexes)}}]},{"name":"x","shape":[{{Rows}},{{Width}}],"datatype":"FP32","data":[{{string.Join(',', Numbers)}}]}]{{outputs}} }""";
    }

    internal (byte[] Body, string Type) ToBody(RowsForm form)
    {
        long[] shape = [Rows, Width];
        var numbers = MemoryMarshal.AsBytes<float>(Numbers).ToArray();
        var outputs = Join(Wanted.Select(static name => Output(name)));
        return form switch
        {
            RowsForm.Json => (Encoding.UTF8.GetBytes(ToJson()), "application/json"),
            RowsForm.Raw => (
                Join(
                    Input("i", "INT64", shape),
                    Input("x", "FP32", shape),
                    outputs,
                    Raw(MemoryMarshal.AsBytes<long>(Indexes)),
                    Raw(numbers)),
                "application/x-protobuf"),
            _ => (
                Join(
                    outputs,
                    Input("x", "FP32", shape, Contents(RawProtobuf.Bytes(6, numbers))),
                    Input("i", "INT64", shape, Contents(Packed(3, Indexes)))),
                "application/x-protobuf"),
        };
    }

    /// <summary>Reads the outputs of an answer, in their order.</summary>
    internal static (string Name, float[] Data)[] Read(RowsForm form, byte[] answer)
    {
        if (form == RowsForm.Json)
        {
            return
            [
                .. JsonNode.Parse(answer)!["outputs"]!.AsArray().Select(static output =>
                    ((string)output!["name"]!, output["data"].Deserialize<float[]>()!)),
            ];
        }

        var message = Fields(answer);
        var outputs = message[5].Select(Fields).ToArray();
        var data = form == RowsForm.Raw ? message[6] : outputs.Select(static output => Fields(output[5].Single())[6].Single());
        return
        [
            .. outputs.Zip(data, static (output, bytes) =>
                (Encoding.UTF8.GetString(output[1].Single()), MemoryMarshal.Cast<byte, float>(bytes).ToArray())),
        ];
    }
}

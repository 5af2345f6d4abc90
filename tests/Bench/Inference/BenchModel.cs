using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.TestKit;

namespace ModelServing.Bench.Inference;

/// <summary>A network of fully connected layers with rectifiers between them, and one output.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Version">Its version in the bench's registry.</param>
/// <param name="Widths">The number of features, and of the neurons of each layer.</param>
internal sealed record BenchModel(string Name, ModelVersion Version, IReadOnlyList<int> Widths)
{
    internal static readonly BenchModel[] All =
    [
        new("small", new ModelVersion(1), [16, 64, 64, 1]),
        new("medium", new ModelVersion(2), [128, 512, 512, 512, 1]),
    ];

    internal int Features => Widths[0];

    internal byte[] ToOnnx()
    {
        var random = new Random(1);
        var (weights, nodes) = (new List<TensorProto>(), new List<NodeProto>());
        var last = Widths.Count - 1;
        for (var layer = 1; layer <= last; layer++)
        {
            var (inputs, outputs) = (Widths[layer - 1], Widths[layer]);
            weights.Add(Some($"w{layer}", random, inputs, outputs));
            weights.Add(Some($"b{layer}", random, outputs));
            var (from, sum) = (layer == 1 ? "x" : $"h{layer - 1}", layer == last ? "y" : $"s{layer}");
            nodes.Add(SomeOnnx.Node("Gemm", [from, $"w{layer}", $"b{layer}"], [sum]));
            if (layer < last)
                nodes.Add(SomeOnnx.Node("Relu", [sum], [$"h{layer}"]));
        }

        return SomeOnnx.Model(
            graph => graph.Initializer.Add(weights),
            [SomeOnnx.Value("x", Datatype.Fp32, [-1, Features])],
            [SomeOnnx.Value("y", Datatype.Fp32, [-1, 1])],
            [.. nodes]);
    }

    /// <summary>A request, with numbers of four digits.</summary>
    internal WrkBody Body(LoadShape load)
    {
        var random = new Random(2);
        var numbers = Enumerable.Range(0, load.Rows * Features).Select(_ => (float)Math.Round((random.NextDouble() * 2) - 1, 4)).ToArray();
        var bytes = MemoryMarshal.AsBytes<float>(numbers);
        switch (load.Form)
        {
            case RequestForm.Json:
                var data = string.Join(',', numbers.Select(static number => number.ToString("0.####", CultureInfo.InvariantCulture)));
                return WrkBody.Json(
                    $$"""{"inputs":[{"name":"x","shape":[{{load.Rows}},{{Features}}],"datatype":"FP32","data":[{{data}}]}]}""");
            case RequestForm.Bytes:
                return new WrkBody("application/octet-stream", [.. Encoding.UTF8.GetBytes(Head(load, bytes.Length)), .. bytes]);
            default:
                byte[] input =
                [
                    .. RawProtobuf.Bytes(1, "x"u8), .. RawProtobuf.Bytes(2, "FP32"u8),
                    .. RawProtobuf.Number(3, (ulong)load.Rows), .. RawProtobuf.Number(3, (ulong)Features),
                ];
                return new WrkBody("application/x-protobuf", [.. RawProtobuf.Bytes(5, input), .. RawProtobuf.Bytes(7, bytes)]);
        }
    }

    /// <summary>The headers of such a request.</summary>
    internal (string Name, string Value)[] Headers(LoadShape load) => load.Form == RequestForm.Bytes
        ? [(HeaderNames.JsonLength, $"{Head(load, load.Rows * Features * sizeof(float)).Length}")]
        : [];

    private string Head(LoadShape load, int bytes) =>
        $$"""{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[{{load.Rows}},{{Features}}],"datatype":"FP32","""
        + $$$""" "parameters":{"binary_data_size":{{{bytes}}}}}]}""";

    private static TensorProto Some(string name, Random random, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape } };
        var count = shape.Aggregate(1L, static (product, length) => product * length);
        for (var i = 0L; i < count; i++)
            tensor.FloatData.Add((float)((random.NextDouble() - 0.5) / Math.Sqrt(shape[0])));
        return tensor;
    }
}

using System.Globalization;
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
    internal string Body(int rows)
    {
        var random = new Random(2);
        var data = Enumerable.Range(0, rows * Features).Select(_ =>
            ((random.NextDouble() * 2) - 1).ToString("0.####", CultureInfo.InvariantCulture));
        return $$"""{"inputs":[{"name":"x","shape":[{{rows}},{{Features}}],"datatype":"FP32","data":[{{string.Join(',', data)}}]}]}""";
    }

    private static TensorProto Some(string name, Random random, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape } };
        var count = shape.Aggregate(1L, static (product, length) => product * length);
        for (var i = 0L; i < count; i++)
            tensor.FloatData.Add((float)((random.NextDouble() - 0.5) / Math.Sqrt(shape[0])));
        return tensor;
    }
}

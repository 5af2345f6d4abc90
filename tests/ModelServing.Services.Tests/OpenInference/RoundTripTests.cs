using CsCheck;
using ModelServing.Cli.Conformance;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;
using ModelServing.Services.Tests.Inference;

namespace ModelServing.Services.Tests.OpenInference;

/// <summary>Sends tensors of every data type to the real service, whose model answers its inputs.</summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    private const int MostElements = 20;

    private static readonly Datatype[] Fixed = [.. Enum.GetValues<Datatype>().Where(static type => type != Datatype.Bytes)];

    // A count of elements, the bytes of each type's elements, and texts.
    private static readonly Gen<(byte[][] Elements, string[] Texts)> Tensors = Gen.Int[1, MostElements].SelectMany(static count =>
        Gen.Select(Gen.Byte.Array[count * sizeof(double)].Array[Fixed.Length], Gen.String.Array[count]));

    private RunningInference service = null!;

    public async ValueTask InitializeAsync() =>
        service = await RunningInference.StartAsync(ConformanceModels.Make(ConformanceModels.Types));

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData(WireFormat.Json)]
    [InlineData(WireFormat.Binary)]
    public async Task What_the_model_answers_is_what_was_sent(WireFormat format)
    {
        using var client = new OpenInferenceClient(new Uri($"http://{service.Address}"), new() { Format = format });
        await Tensors.SampleAsync(
            async sample =>
            {
                var inputs = Inputs(sample.Elements, sample.Texts);
                var result = await client.InferAsync(new("m", inputs) { Id = "7" });
                Assert.Equal(("m", "3", "7"), (result.Model, result.Version, result.Id));
                foreach (var input in inputs)
                {
                    var output = result[input.Name.Replace("INPUT", "OUTPUT", StringComparison.Ordinal)].Tensor;
                    Assert.Equal(input.Tensor.Datatype, output.Datatype);
                    Assert.Equal(input.Tensor.Shape, output.Shape);
                    Assert.Equal(Hex(input.Tensor, format), Hex(output, format));
                }
            },
            iter: 200);
    }

    private static InferInput[] Inputs(byte[][] elements, string[] texts) =>
    [
        .. Fixed.Select((type, index) => new InferInput(
            ConformanceModels.InputOf(Datatypes.NameOf(type)),
            Tensor.FromMemory(type, Elements(type, elements[index], texts.Length), texts.Length))),
        new InferInput(ConformanceModels.InputOf("BYTES"), Tensor.FromText(texts)),
    ];

    private static byte[] Elements(Datatype type, byte[] bytes, int count)
    {
        var elements = bytes[..(count * Datatypes.SizeOf(type))];
        return type == Datatype.Bool ? [.. elements.Select(static element => (byte)(element & 1))] : elements;
    }

    // A NaN has many forms as bytes and one in JSON.
    private static string Hex(Tensor tensor, WireFormat format)
    {
        var bytes = tensor.Memory.ToArray();
        if (format == WireFormat.Json && tensor.Datatype is Datatype.Fp16 or Datatype.Bf16 or Datatype.Fp32 or Datatype.Fp64)
        {
            var size = Datatypes.SizeOf(tensor.Datatype);
            for (var i = 0; i < tensor.Count; i++)
            {
                if (IsNaN(tensor, i))
                    bytes.AsSpan(i * size, size).Fill(0xFF);
            }
        }

        return Convert.ToHexString(bytes);
    }

    private static bool IsNaN(Tensor tensor, int index) => tensor.Datatype switch
    {
        Datatype.Fp16 => Half.IsNaN(tensor.Elements<Half>()[index]),
        Datatype.Bf16 => float.IsNaN(tensor.Elements<BFloat16>()[index]),
        Datatype.Fp32 => float.IsNaN(tensor.Elements<float>()[index]),
        _ => double.IsNaN(tensor.Elements<double>()[index]),
    };
}

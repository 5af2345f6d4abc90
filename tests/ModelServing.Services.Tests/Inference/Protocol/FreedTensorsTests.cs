using System.Diagnostics;
using System.Text;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Protocol.Protobuf;
using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>A request that is refused leaves no tensor behind. Their memory is not the runtime's of .NET, so nothing else would free it,
/// and a caller could make the process grow.</summary>
[Collection(nameof(OwnProcess))]
public sealed class FreedTensorsTests
{
    private const int Rows = 1024 * 1024;
    private const int Requests = 40;

    // A tensor has 4 MB.
    private const long MostGrowth = Requests * 4L * 1024 * 1024 / 2;

    private static readonly string Data = string.Join(',', Enumerable.Repeat('0', Rows));

    private static readonly TensorSpec[] Inputs =
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("b", Datatype.Int64, [3]))];

    private static readonly InferRequestReader Reader = new(
        Inputs,
        [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1]))]);

    [Theory]
    [InlineData("""{"inputs":[{"name":"a","shape":[ROWS],"datatype":"FP32","data":[DATA],"other":1}]}""")]
    [InlineData("""{"inputs":[{"name":"a","shape":[ROWS],"datatype":"FP32","data":[DATA]}]}""")]
    [InlineData("""
        {"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[0]},{"name":"a","shape":[ROWS],"datatype":"FP32","data":[DATA]}]}
        """)]
    public void Its_tensors_are_freed(string text)
    {
        var body = Encoding.UTF8.GetBytes(text.Replace("ROWS", $"{Rows}", StringComparison.Ordinal)
            .Replace("DATA", Data, StringComparison.Ordinal));
        Refuse(body);
        var before = Memory();
        for (var i = 0; i < Requests; i++)
            Refuse(body);
        Assert.InRange(Memory() - before, long.MinValue, MostGrowth);
    }

    [Fact]
    public void Those_of_a_message_are_freed()
    {
        var data = new byte[Rows * sizeof(float)];
        byte[][] refused =
        [
            // An input is missing.
            Join(Input("a", "FP32", [Rows]), Raw(data)),
            Input("a", "FP32", [Rows], Contents(RawProtobuf.Bytes(6, data))),
            // The second one is wrong.
            Join(
                Input("a", "FP32", [1], Contents(RawProtobuf.Bytes(6, data.AsSpan(0, 4)))),
                Input("a", "FP32", [Rows], Contents(RawProtobuf.Bytes(6, data)))),
            // Its last element is.
            Input("a", "FP32", [Rows], Contents(RawProtobuf.Bytes(6, data), RawProtobuf.Number(3, 1))),
        ];
        var reader = new ProtobufRequestReader(Inputs, []);
        // Each by itself: the memory of one would be too little to notice among that of all.
        foreach (var (i, body) in refused.Index())
        {
            var growth = GrowthOf(() => reader.Read(body));
            Assert.True(growth < MostGrowth, $"the tensors of message {i} stay: {growth} bytes");
        }
    }

    [Fact]
    public void Texts_of_which_the_last_one_is_cut_off_are_freed()
    {
        // The runtime takes 32 bytes for each text.
        const int Texts = 200_000;
        var spec = new TensorSpec(new TensorInfo("text", Datatype.Bytes, [-1]));
        var data = new byte[Texts * sizeof(int)];
        data[^sizeof(int)] = 1;
        Assert.InRange(
            GrowthOf(() => BinaryTensor.Read(spec, [Texts], data, Field.Body("inputs"), Field.Body("size"))), long.MinValue, MostGrowth);
    }

    private static long GrowthOf(Func<object> read)
    {
        Refuse();
        var before = Memory();
        for (var i = 0; i < Requests; i++)
            Refuse();
        return Memory() - before;

        void Refuse() => Assert.Throws<RequestFaultException>(read);
    }

    private static void Refuse(byte[] body) => Assert.Throws<RequestFaultException>(() => Reader.Read(body));

    private static long Memory()
    {
        using var own = Process.GetCurrentProcess();
        return own.PrivateMemorySize64;
    }
}

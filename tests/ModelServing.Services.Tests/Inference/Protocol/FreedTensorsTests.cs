using System.Diagnostics;
using System.Text;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;

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

    private static readonly InferRequestReader Reader = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1])), new TensorSpec(new TensorInfo("b", Datatype.Int64, [3]))],
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

    private static void Refuse(byte[] body) => Assert.Throws<RequestFaultException>(() => Reader.Read(body));

    private static long Memory()
    {
        using var own = Process.GetCurrentProcess();
        return own.PrivateMemorySize64;
    }
}

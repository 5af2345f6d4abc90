using System.Text;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>An input with two <c>data</c>, each read at once or kept until the members before it are known.</summary>
public sealed class DoubledDataTests
{
    private static readonly InferRequestReader Reader = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [-1, 2]))], [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [-1]))]);

    private static readonly string[] Others = ["\"name\":\"a\"", "\"shape\":[1,2]", "\"datatype\":\"FP32\""];

    [Fact]
    public void It_is_refused_wherever_they_are()
    {
        for (var first = 0; first <= Others.Length; first++)
        {
            for (var second = first; second <= Others.Length; second++)
            {
                var members = Others.ToList();
                members.Insert(second, "\"data\":[3,4]");
                members.Insert(first, "\"data\":[1,2]");
                var text = "{\"inputs\":[{" + string.Join(',', members) + "}]}";
                var e = Assert.Throws<RequestFaultException>(() => Reader.Read(Encoding.UTF8.GetBytes(text)));
                Assert.StartsWith("inputs[0].data: ", e.Message, StringComparison.Ordinal);
            }
        }
    }
}

using System.Text;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>Parameters that say several things about the data: each of them counts.</summary>
public sealed class SeveralEncodingsTests
{
    private static readonly InferRequestReader Reader = new(
        [new TensorSpec(new TensorInfo("a", Datatype.Fp32, [1]))], [new TensorSpec(new TensorInfo("sum", Datatype.Fp32, [1]))]);

    [Theory]
    [InlineData("\"content_type\":\"str\",\"charset\":\"utf-8\"")]
    [InlineData("\"charset\":\"utf-8\",\"content_type\":\"str\"")]
    public void Numbers_are_not_texts_whatever_comes_after_it(string parameters)
    {
        var text = "{\"inputs\":[{\"name\":\"a\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{" + parameters + "},\"data\":[1]}]}";
        var e = Assert.Throws<RequestFaultException>(() => Reader.Read(Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith("inputs[0].parameters.content_type: it is 'str'", e.Message, StringComparison.Ordinal);
    }
}

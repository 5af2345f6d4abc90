using ModelServing.Cli.Up;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Cli.Up;

public class ExampleRequestTests
{
    [Fact]
    public void It_has_one_row_of_every_input() => Assert.Equal(
        """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[0,0,0]},{"name":"s","shape":[1],"datatype":"BYTES","data":[""]},{"name":"b","shape":[],"datatype":"BOOL","data":[false]}]}""",
        ExampleRequest.From(Inputs(
            new TensorInfo("x", Datatype.Fp32, [-1, 3]),
            new TensorInfo("s", Datatype.Bytes, [1]),
            new TensorInfo("b", Datatype.Bool, []))));

    [Fact]
    public void A_quote_is_escaped_for_the_shell() =>
        Assert.Contains("it'\\''s", ExampleRequest.From(Inputs(new TensorInfo("it's", Datatype.Int64, [1]))), StringComparison.Ordinal);

    [Fact]
    public void There_is_no_example_that_is_too_long_to_type()
    {
        Assert.Null(ExampleRequest.From(Inputs(new TensorInfo("image", Datatype.Fp32, [-1, 3, 224, 224]))));
        Assert.Null(ExampleRequest.From(Inputs(new TensorInfo("huge", Datatype.Fp32, [int.MaxValue, int.MaxValue, int.MaxValue]))));
    }

    private static TensorInfo[] Inputs(params TensorInfo[] inputs) => inputs;
}

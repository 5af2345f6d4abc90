using ModelServing.Runtime;

namespace ModelServing.Services.Tests.Runtime;

public class RuntimeMessageTests
{
    private const string Broadcast =
        "[ErrorCode:Fail] Non-zero status code returned while running Add node. Name:'Add_y' Status Message: " +
        "/onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:563 void onnxruntime::BroadcastIterator::Init(int) " +
        "axis == 1 was false. Attempting to broadcast an axis by a dimension other than 1. 2 by 3\n";

    [Theory]
    [InlineData(Broadcast, "Add 'Add_y'")]
    [InlineData("while running Gather node. Name:'' Status Message: indices", "Gather ''")]
    [InlineData("[ErrorCode:Fail] Exiting due to terminate flag being set to true.", null)]
    public void The_failed_node_is_found(string message, string? node) => Assert.Equal(node, RuntimeMessage.NodeIn(message));

    [Theory]
    [InlineData(
        "/onnxruntime_src/onnxruntime/core/graph/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, " +
            "const std::function<void(int)>&) Unsupported model IR version: 99, max supported IR version: 13",
        "Unsupported model IR version: 99, max supported IR version: 13")]
    [InlineData("element_wise_ops.cc:692 Compute Integer division by zero", "Compute Integer division by zero")]
    [InlineData("the file model.c is not read", "the file model.c is not read")]
    public void The_reason_stays(string message, string reason) => Assert.Equal(reason, RuntimeMessage.WithoutPlaces(message));

    [Fact]
    public void Places_in_the_source_are_left_out()
    {
        var text = RuntimeMessage.WithoutPlaces(Broadcast);
        Assert.DoesNotContain("onnxruntime_src", text, StringComparison.Ordinal);
        Assert.DoesNotContain(".h:563", text, StringComparison.Ordinal);
        Assert.EndsWith("Attempting to broadcast an axis by a dimension other than 1. 2 by 3", text, StringComparison.Ordinal);
        Assert.Equal("no path here: 1/2 of it", RuntimeMessage.WithoutPlaces("no path here: 1/2 of it"));
    }
}

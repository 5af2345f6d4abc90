using Google.Protobuf;
using Grpc.Core;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>What a server must refuse over gRPC, with a status of the caller's fault and a message.</summary>
internal static class RpcErrorChecks
{
    private const string Area = "grpc errors";

    internal static IReadOnlyList<Check> List { get; } =
    [
        RpcChecks.Create(Area, "refuses a model that it does not have", null, static async server =>
        {
            (await server.InferAsync(RpcInferenceChecks.Raw().With(static message => message.ModelName = "no-such-model"))).ExpectFault();
            (await server.DescribeAsync("no-such-model")).ExpectFault();
        }),
        RpcChecks.Simple(Area, "refuses a version that it does not have", static async server =>
        {
            (await server.InferAsync(RpcInferenceChecks.Raw().With(static message => message.ModelVersion = "987654321"))).ExpectFault();
            (await server.DescribeAsync(ConformanceModels.Simple, "987654321")).ExpectFault();
        }),
        Refused("a request without inputs", static good =>
        {
            good.Inputs.Clear();
            good.RawInputContents.Clear();
        }),
        Refused("an input that is missing", static good =>
        {
            good.Inputs.RemoveAt(1);
            good.RawInputContents.RemoveAt(1);
        }),
        Refused("an input that the model does not have", static good => good.Inputs[1].Name = "INPUT9"),
        Refused("an input twice", static good => good.Inputs[1].Name = "INPUT0"),
        Refused("another data type", static good => good.Inputs[0].Datatype = "FP32"),
        Refused("a shape that the model does not take", static good => good.Inputs[0].Shape[1] = 8),
        Refused("a negative shape", static good => good.Inputs[0].Shape[0] = -1),
        Refused("a shape of more elements than there are", static good => good.Inputs[0].Shape[0] = 2),
        Refused("a shape that overflows", static good => good.Inputs[0].Shape[0] = 1L << 60),
        Refused("raw contents that are too short", static good => good.RawInputContents[0] = ByteString.CopyFrom(new byte[63])),
        Refused("raw contents of one input and not of the other", static good => good.RawInputContents.RemoveAt(1)),
        Refused("raw contents without an input", static good => good.RawInputContents.Add(ByteString.CopyFrom(new byte[64]))),
        Refused("raw and typed contents in one request", static good =>
            good.Inputs[0].Contents = TypedForm.ToContents("INT32", RpcInferenceChecks.Numbers)),
        Refused("an input without contents", static good => good.RawInputContents.Clear()),
        Typed("too few elements", static good => good.Inputs[0].Contents.IntContents.RemoveAt(0)),
        Typed("too many elements", static good => good.Inputs[0].Contents.IntContents.Add(1)),
        Typed("elements of another type", static good =>
        {
            good.Inputs[0].Contents = new InferTensorContents { Fp32Contents = { Enumerable.Repeat(1f, 16) } };
        }),
        Refused("an output that the model does not have", static good =>
            good.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT9" })),
        RpcChecks.Create(Area, "refuses a text that is longer than its bytes", ConformanceModels.Text, static async server =>
            (await server.InferAsync(
                new RpcBody(ConformanceModels.Text).Raw("INPUT", "BYTES", [1], [255, 255, 255, 255, (byte)'a']))).ExpectFault()),
        RpcChecks.Simple(Area, "refuses bytes that are not a message", static async server =>
        {
            // A library has no say in the status.
            var answer = await server.CallAsync("ModelInfer", [.. RpcInferenceChecks.Raw().Message.ToByteArray(), 0x2A, 0xFF]);
            answer.Require(answer.Status != StatusCode.OK && answer.Detail.Length > 0, "an error, with a message");
            RpcInferenceChecks.RequireSumAndDifference(await server.InferAsync(RpcInferenceChecks.Raw()));
        }),
    ];

    private static Check Refused(string what, Action<ModelInferRequest> change) => Refused(what, RpcInferenceChecks.Raw, change);

    private static Check Typed(string what, Action<ModelInferRequest> change) => Refused(what, RpcInferenceChecks.Typed, change);

    private static Check Refused(string what, Func<RpcBody> good, Action<ModelInferRequest> change) =>
        RpcChecks.Simple(Area, $"refuses {what}", async server =>
        {
            (await server.InferAsync(good().With(change))).ExpectFault();
            // It must still be there.
            RpcInferenceChecks.RequireSumAndDifference(await server.InferAsync(good()));
        });
}

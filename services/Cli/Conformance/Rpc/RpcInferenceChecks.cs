using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>Inference requests over gRPC.</summary>
internal static class RpcInferenceChecks
{
    private const string Area = "grpc";

    internal static readonly long[] Shape = [1, 16];
    internal static readonly byte[] Numbers = BytesOf(Enumerable.Range(0, 16));
    internal static readonly byte[] Ones = BytesOf(Enumerable.Repeat(1, 16));

    private static readonly byte[] Sum = BytesOf(Enumerable.Range(1, 16));
    private static readonly byte[] Difference = BytesOf(Enumerable.Range(-1, 16));

    internal static IReadOnlyList<Check> List { get; } =
    [
        Simple("adds and subtracts typed contents", static async server =>
        {
            var answer = await server.InferAsync(Typed());
            RequireSumAndDifference(answer);
            answer.Require(answer.Infer().ModelName == ConformanceModels.Simple, $"the model_name '{ConformanceModels.Simple}'");
            answer.Require(answer.Output("OUTPUT0").Datatype == "INT32", "the datatype INT32");
            answer.Require(answer.Output("OUTPUT0").Shape.SequenceEqual(Shape), "the shape [1,16]");
        }),
        Simple("answers raw contents with raw contents", static async server =>
        {
            var answer = await server.InferAsync(Raw());
            RequireSumAndDifference(answer);
            answer.Require(answer.Infer().RawOutputContents.Count == 2, "raw_output_contents of two outputs");
        }),
        Simple("answers a version that it lists", static async server =>
        {
            var metadata = (await server.DescribeAsync(ConformanceModels.Simple)).Read(ModelMetadataResponse.Parser);
            var version = metadata.Versions.Count > 0 ? metadata.Versions[0] : "";
            RequireSumAndDifference(await server.InferAsync(Raw().With(message => message.ModelVersion = version)));
        }),
        Simple("repeats the id", static async server =>
        {
            var answer = await server.InferAsync(Raw().With(static message => message.Id = "q-\u00e4 7"));
            answer.Require(answer.Infer().Id == "q-\u00e4 7", "the id of the request");
        }),
        Simple("reads inputs in any order", static async server => RequireSumAndDifference(await server.InferAsync(
            new RpcBody(ConformanceModels.Simple).Raw("INPUT1", "INT32", Shape, Ones).Raw("INPUT0", "INT32", Shape, Numbers)))),
        Simple("reads several rows", static async server =>
        {
            byte[] Twice(byte[] row) => [.. row, .. row];
            var answer = await server.InferAsync(new RpcBody(ConformanceModels.Simple)
                .Raw("INPUT0", "INT32", [2, 16], Twice(Numbers))
                .Raw("INPUT1", "INT32", [2, 16], Twice(Ones)));
            answer.RequireData("OUTPUT0", Twice(Sum));
            answer.Require(answer.Output("OUTPUT1").Shape.SequenceEqual([2L, 16L]), "the shape [2,16]");
        }),
        Simple("answers the outputs that are named", static async server =>
        {
            var answer = await server.InferAsync(Raw().Output("OUTPUT1"));
            answer.RequireData("OUTPUT1", Difference);
            answer.Require(answer.Infer().Outputs.Count == 1, "one output");
        }),
        Simple("reads parameters that it does not know", static async server =>
            RequireSumAndDifference(await server.InferAsync(Raw().With(static message =>
            {
                message.Parameters["text"] = new InferParameter { StringParam = "a" };
                message.Parameters["number"] = new InferParameter { Int64Param = -1 };
                message.Parameters["flag"] = new InferParameter { BoolParam = true };
            })))),
        Simple("reads fields in any order", static async server =>
        {
            // A message may be in parts, which are merged.
            var contents = new ModelInferRequest { RawInputContents = { Raw().Message.RawInputContents } }.ToByteArray();
            var rest = Raw().With(static message => message.RawInputContents.Clear()).Message.ToByteArray();
            RequireSumAndDifference(await server.CallAsync("ModelInfer", [.. contents, .. rest]));
        }),
        Simple("passes over fields that it does not know", static async server =>
        {
            // The field 100, a number, and the field 101, three bytes.
            byte[] unknown = [0xA0, 6, 1, 0xAA, 6, 3, 0, 0xFF, 1];
            RequireSumAndDifference(await server.CallAsync("ModelInfer", [.. unknown, .. Raw().Message.ToByteArray()]));
        }),
        new(Area, "reads a timeout and a priority", static async server =>
            RequireSumAndDifference(await server.Rpc!.InferAsync(Raw().With(static message =>
            {
                message.Parameters["timeout"] = new InferParameter { Int64Param = 60_000_000 };
                message.Parameters["priority"] = new InferParameter { Uint64Param = 1 };
            }))))
        {
            Model = ConformanceModels.Simple,
            Extension = "schedule_policy",
        },
        RpcChecks.Create(Area, "passes on NaN and infinity", ConformanceModels.Numbers, static async server =>
        {
            byte[] numbers = [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F, 0, 0, 0x80, 0xFF];
            (await server.InferAsync(new RpcBody(ConformanceModels.Numbers).Raw("INPUT", "FP32", [3], numbers)))
                .RequireData("OUTPUT", numbers);
        }),
        RpcChecks.Create(Area, "passes on BYTES that are not text", ConformanceModels.Text, static async server =>
        {
            byte[] data = [2, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0];
            (await server.InferAsync(new RpcBody(ConformanceModels.Text).Raw("INPUT", "BYTES", [2], data))).RequireData("OUTPUT", data);
            (await server.InferAsync(new RpcBody(ConformanceModels.Text).Typed("INPUT", "BYTES", [2], data))).RequireData("OUTPUT", data);
        }),
    ];

    /// <summary>The good request to 'simple' with typed contents.</summary>
    internal static RpcBody Typed() =>
        new RpcBody(ConformanceModels.Simple).Typed("INPUT0", "INT32", Shape, Numbers).Typed("INPUT1", "INT32", Shape, Ones);

    /// <summary>The good request to 'simple' with raw contents.</summary>
    internal static RpcBody Raw() =>
        new RpcBody(ConformanceModels.Simple).Raw("INPUT0", "INT32", Shape, Numbers).Raw("INPUT1", "INT32", Shape, Ones);

    /// <summary>Requires the right answer to it.</summary>
    internal static void RequireSumAndDifference(RpcAnswer answer)
    {
        answer.RequireData("OUTPUT0", Sum);
        answer.RequireData("OUTPUT1", Difference);
    }

    private static Check Simple(string name, Func<RpcSubject, Task> run) => RpcChecks.Simple(Area, name, run);

    private static byte[] BytesOf(IEnumerable<int> numbers) => MemoryMarshal.AsBytes<int>(numbers.ToArray()).ToArray();
}

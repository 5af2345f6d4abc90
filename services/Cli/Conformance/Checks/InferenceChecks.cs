using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Requests and answers in JSON.</summary>
internal static class InferenceChecks
{
    internal const string Shape = "[1,16]";

    private const string Area = "inference";

    internal static readonly string Numbers = $"[{string.Join(',', Enumerable.Range(0, 16))}]";
    internal static readonly string Ones = $"[{string.Join(',', Enumerable.Repeat(1, 16))}]";
    internal static readonly string Sum = $"[{string.Join(',', Enumerable.Range(1, 16))}]";
    internal static readonly string Difference = $"[{string.Join(',', Enumerable.Range(-1, 16))}]";

    internal static IReadOnlyList<Check> List { get; } =
    [
        Simple("adds and subtracts", static async server =>
        {
            var answer = (await server.InferAsync(ConformanceModels.Simple, SimpleRequest())).Expect(200);
            RequireSumAndDifference(answer);
            var json = answer.Json();
            answer.Require(json["model_name"]?.ToString() == ConformanceModels.Simple, $"the model_name '{ConformanceModels.Simple}'");
            answer.Require(answer.Output("OUTPUT0")["datatype"]?.ToString() == "INT32", "the datatype INT32");
            answer.Require(answer.Output("OUTPUT0")["shape"]?.ToJsonString() == Shape, $"the shape {Shape}");
        }),
        Simple("answers a version that it lists", static async server =>
        {
            var metadata = (await server.GetAsync(InferencePaths.Models + ConformanceModels.Simple)).Expect(200);
            metadata.Require(metadata.Json()["name"]?.ToString() == ConformanceModels.Simple, $"the name '{ConformanceModels.Simple}'");
            if (metadata.Json()["versions"] is JsonArray { Count: > 0 } versions)
            {
                var path = $"{ConformanceModels.Simple}/versions/{versions[0]}";
                RequireSumAndDifference((await server.InferAsync(path, SimpleRequest())).Expect(200));
            }
        }),
        Simple("repeats the id", static async server =>
        {
            var answer = (await server.InferAsync(ConformanceModels.Simple, SimpleRequest().With("id", "q-\u00e4 7"))).Expect(200);
            answer.Require(answer.Json()["id"]?.ToString() == "q-\u00e4 7", "the id of the request");
        }),
        Simple("reads nested data", static async server =>
        {
            var body = new InferBody().Input("INPUT0", "INT32", Shape, $"[{Numbers}]").Input("INPUT1", "INT32", Shape, $"[{Ones}]");
            RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, body)).Expect(200));
        }),
        Simple("reads inputs in any order", static async server =>
        {
            var body = new InferBody().Input("INPUT1", "INT32", Shape, Ones).Input("INPUT0", "INT32", Shape, Numbers);
            RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, body)).Expect(200));
        }),
        Simple("reads several rows", static async server =>
        {
            string Twice(string data) => $"[{data.Trim('[', ']')},{data.Trim('[', ']')}]";
            var body = new InferBody().Input("INPUT0", "INT32", "[2,16]", Twice(Numbers)).Input("INPUT1", "INT32", "[2,16]", Twice(Ones));
            var answer = (await server.InferAsync(ConformanceModels.Simple, body)).Expect(200);
            answer.RequireData("OUTPUT0", Twice(Sum));
            answer.Require(answer.Output("OUTPUT1")["shape"]?.ToJsonString() == "[2,16]", "the shape [2,16]");
        }),
        Simple("answers the outputs that are named", static async server =>
        {
            var answer = (await server.InferAsync(ConformanceModels.Simple, SimpleRequest().Output("OUTPUT1"))).Expect(200);
            answer.RequireData("OUTPUT1", Difference);
            answer.Require(answer.Json()["outputs"]!.AsArray().Count == 1, "one output");
        }),
        Simple("reads parameters that it does not know", static async server =>
        {
            var body = SimpleRequest().With("parameters", new JsonObject { ["text"] = "a", ["number"] = 1, ["flag"] = true });
            RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, body)).Expect(200));
        }),
        new(Area, "reads and answers NaN and infinity", static async server =>
        {
            // Servers write them in different ways: as texts, as null, or as names that JSON does not have.
            var body = new InferBody()
                .Input("INPUT", "FP32", "[3]", [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F, 0, 0, 0x80, 0xFF])
                .Output("OUTPUT", true);
            var answer = (await server.InferAsync(ConformanceModels.Numbers, body)).Expect(200);
            var bytes = Convert.ToHexString(answer.Bytes("OUTPUT"));
            answer.Require(bytes == "0000C07F0000807F000080FF", "NaN, infinity and minus infinity");
        })
        {
            Model = ConformanceModels.Numbers,
            Extension = "binary_tensor_data",
        },
    ];

    /// <summary>A good request to the model 'simple'.</summary>
    internal static InferBody SimpleRequest() =>
        new InferBody().Input("INPUT0", "INT32", Shape, Numbers).Input("INPUT1", "INT32", Shape, Ones);

    /// <summary>Requires the right answer to it in JSON.</summary>
    internal static void RequireSumAndDifference(Answer answer)
    {
        answer.RequireData("OUTPUT0", Sum);
        answer.RequireData("OUTPUT1", Difference);
    }

    private static Check Simple(string name, Func<Subject, Task> run) => new(Area, name, run) { Model = ConformanceModels.Simple };
}

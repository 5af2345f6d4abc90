using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>The paths about the server and its models.</summary>
internal static class ServerChecks
{
    private const string Area = "server";
    private const string Simple = InferencePaths.Models + ConformanceModels.Simple;

    internal static IReadOnlyList<Check> List { get; } =
    [
        new(Area, "is live", static server => ExpectOkAsync(server, "GET", InferencePaths.Live)),
        new(Area, "is ready", static server => ExpectOkAsync(server, "GET", InferencePaths.Ready)),
        new(Area, "answers HEAD about its health", static async server =>
        {
            await ExpectOkAsync(server, "HEAD", InferencePaths.Live);
            await ExpectOkAsync(server, "HEAD", InferencePaths.Ready);
        }),
        new(Area, "ignores a query string about its health", static async server =>
        {
            await ExpectOkAsync(server, "GET", InferencePaths.Live + "?x=1");
            await ExpectOkAsync(server, "GET", InferencePaths.Ready + "?x=1&y");
        }),
        new(Area, "describes itself", static async server =>
        {
            var answer = (await server.GetAsync(InferencePaths.Server)).Expect(200);
            var json = answer.Json();
            answer.Require(IsText(json["name"]) && IsText(json["version"]), "'name' and 'version', texts");
            answer.Require(json["extensions"] is JsonArray list && list.All(IsText), "'extensions', a list of texts");
        }),
        new(Area, "says that a model is ready", static server => ExpectOkAsync(server, "GET", Simple + "/ready"))
        {
            Model = ConformanceModels.Simple,
        },
        new(Area, "describes a model", static async server =>
        {
            var answer = (await server.GetAsync(Simple)).Expect(200);
            var json = answer.Json();
            answer.Require(json["name"]?.ToString() == ConformanceModels.Simple, $"the name '{ConformanceModels.Simple}'");
            answer.Require(IsText(json["platform"]), "'platform', a text");
            RequireTensors(answer, json["inputs"], "INPUT0", "INPUT1");
            RequireTensors(answer, json["outputs"], "OUTPUT0", "OUTPUT1");
        })
        {
            Model = ConformanceModels.Simple,
        },
        new(Area, "describes a version that it lists", static async server =>
        {
            var answer = (await server.GetAsync(Simple)).Expect(200);
            RequireTensors(answer, answer.Json()["inputs"], "INPUT0", "INPUT1");
            if (answer.Json()["versions"] is not JsonArray { Count: > 0 } versions)
                return;
            answer.Require(versions.All(IsText), "'versions', a list of texts");
            var version = (await server.GetAsync($"{Simple}/versions/{versions[0]}")).Expect(200);
            RequireTensors(version, version.Json()["inputs"], "INPUT0", "INPUT1");
            await ExpectOkAsync(server, "GET", $"{Simple}/versions/{versions[0]}/ready");
        })
        {
            Model = ConformanceModels.Simple,
        },
        new(Area, "has statistics", static async server =>
        {
            static async Task<(Answer Answer, long Success)> CountAsync(Subject server)
            {
                var answer = (await server.GetAsync(Simple + "/stats")).Expect(200);
                var model = (answer.Json()["model_stats"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault();
                answer.Require(model?["name"]?.ToString() == ConformanceModels.Simple, "'model_stats' with the model");
                foreach (var name in (string[])["last_inference", "inference_count", "execution_count"])
                    answer.Require(model![name]?.GetValueKind() == JsonValueKind.Number, $"'{name}', a number");
                var success = model!["inference_stats"]?["success"]?["count"];
                answer.Require(success?.GetValueKind() == JsonValueKind.Number, "'inference_stats.success.count', a number");
                return (answer, success!.GetValue<long>());
            }

            var before = await CountAsync(server);
            (await server.InferAsync(ConformanceModels.Simple, InferenceChecks.SimpleRequest())).Expect(200);
            // Behind a router, another process may have answered.
            var after = await CountAsync(server);
            after.Answer.Require(after.Success >= before.Success, "a count that does not fall");
        })
        {
            Model = ConformanceModels.Simple,
            Extension = "statistics",
        },
    ];

    private static async Task ExpectOkAsync(Subject server, string method, string path) =>
        (await server.SendAsync(method, path)).Expect(200);

    private static void RequireTensors(Answer answer, JsonNode? list, params string[] names)
    {
        foreach (var name in names)
        {
            var tensor = (list as JsonArray)?.OfType<JsonObject>().FirstOrDefault(item => item["name"]?.ToString() == name);
            answer.Require(
                tensor?["datatype"]?.ToString() == "INT32" && tensor["shape"]?.ToJsonString() == "[-1,16]",
                $"the tensor '{name}', INT32 [-1,16]");
        }
    }

    private static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;
}

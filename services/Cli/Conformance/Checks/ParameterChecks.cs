using System.Text.Json.Nodes;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Parameters with a meaning, and what clients write beside the protocol.</summary>
internal static class ParameterChecks
{
    private const string Area = "parameters";

    internal static IReadOnlyList<Check> List { get; } =
    [
        Simple("reads a timeout and a priority", "schedule_policy", static async server =>
        {
            var body = InferenceChecks.SimpleRequest().With("parameters", new JsonObject { ["timeout"] = 60_000_000, ["priority"] = 1 });
            InferenceChecks.RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, body)).Expect(200));
        }),
        Simple("refuses a timeout that is not a number", "schedule_policy", static async server =>
            (await server.InferAsync(
                ConformanceModels.Simple,
                InferenceChecks.SimpleRequest().With("parameters", new JsonObject { ["timeout"] = "soon" }))).ExpectError()),
        Simple("reads the model's name in the body", null, static async server =>
            InferenceChecks.RequireSumAndDifference((await server.InferAsync(
                ConformanceModels.Simple,
                InferenceChecks.SimpleRequest().With("model_name", ConformanceModels.Simple))).Expect(200))),
    ];

    private static Check Simple(string name, string? extension, Func<Subject, Task> run) =>
        new(Area, name, run) { Model = ConformanceModels.Simple, Extension = extension };
}

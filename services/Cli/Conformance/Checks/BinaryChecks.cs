using System.Text.Json.Nodes;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>The binary tensor data extension.</summary>
internal static class BinaryChecks
{
    private const string Area = "binary";
    private const string Shape = InferenceChecks.Shape;

    private static readonly byte[] Numbers = BytesOf(0);
    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte[])[1, 0, 0, 0], 16).SelectMany(static one => one)];
    private static readonly byte[] Sum = BytesOf(1);
    private static readonly byte[] Difference = BytesOf(-1);

    internal static IReadOnlyList<Check> List { get; } =
    [
        Simple("reads bytes and answers JSON", static async server =>
            InferenceChecks.RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, Request())).Expect(200))),
        Simple("answers all outputs as bytes if asked", static async server =>
        {
            var body = Request().With("parameters", new JsonObject { ["binary_data_output"] = true });
            var answer = (await server.InferAsync(ConformanceModels.Simple, body)).Expect(200);
            Require(answer, "OUTPUT0", Sum);
            Require(answer, "OUTPUT1", Difference);
        }),
        Simple("answers one output as bytes and one in JSON", static async server =>
        {
            var body = Request().Output("OUTPUT1", true).Output("OUTPUT0", false);
            var answer = (await server.InferAsync(ConformanceModels.Simple, body)).Expect(200);
            Require(answer, "OUTPUT1", Difference);
            answer.RequireData("OUTPUT0", InferenceChecks.Sum);
        }),
        Simple("lets an output overrule the request", static async server =>
        {
            var body = Request().Output("OUTPUT0", false).Output("OUTPUT1")
                .With("parameters", new JsonObject { ["binary_data_output"] = true });
            var answer = (await server.InferAsync(ConformanceModels.Simple, body)).Expect(200);
            answer.RequireData("OUTPUT0", InferenceChecks.Sum);
            Require(answer, "OUTPUT1", Difference);
        }),
        Simple("reads one input as bytes and one in JSON", static async server =>
        {
            var body = new InferBody().Input("INPUT0", "INT32", Shape, InferenceChecks.Numbers).Input("INPUT1", "INT32", Shape, Ones);
            InferenceChecks.RequireSumAndDifference((await server.InferAsync(ConformanceModels.Simple, body)).Expect(200));
        }),
        Simple("reads a body that is only JSON with its length", static async server =>
        {
            var json = InferenceChecks.SimpleRequest().ToBytes().Bytes;
            var answer = (await server.InferAsync(ConformanceModels.Simple, json, $"{json.Length}")).Expect(200);
            InferenceChecks.RequireSumAndDifference(answer);
        }),
        new(Area, "reads a body without JSON", static async server =>
        {
            byte[] body = [0, 0, 0, 0x3F, 0, 0, 0, 0xC0];
            var answer = (await server.InferAsync(ConformanceModels.Numbers, body, "0")).Expect(200);
            Require(answer, "OUTPUT", body);
        })
        {
            Model = ConformanceModels.Numbers,
            Extension = Extension,
        },
        new(Area, "passes on BYTES that are not text", static async server =>
        {
            byte[] data = [2, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0];
            var body = new InferBody().Input("INPUT", "BYTES", "[2]", data).Output("OUTPUT", true);
            Require((await server.InferAsync(ConformanceModels.Text, body)).Expect(200), "OUTPUT", data);
        })
        {
            Model = ConformanceModels.Text,
            Extension = Extension,
        },
        Simple("refuses a size that is not the shape's", static async server =>
            (await server.InferAsync(ConformanceModels.Simple, new InferBody()
                .Input("INPUT0", "INT32", Shape, Numbers.AsSpan(4)).Input("INPUT1", "INT32", Shape, Ones))).ExpectError()),
        Simple("refuses bytes that belong to no input", static async server =>
        {
            var (bytes, length) = Request().ToBytes();
            (await server.InferAsync(ConformanceModels.Simple, [.. bytes, 0], $"{length}")).ExpectError();
        }),
        Simple("refuses a length of JSON beyond the body", static async server =>
        {
            var (bytes, _) = Request().ToBytes();
            (await server.InferAsync(ConformanceModels.Simple, bytes, $"{bytes.Length + 1}")).ExpectError();
        }),
        Simple("refuses a length of JSON that is not a number", static async server =>
            (await server.InferAsync(ConformanceModels.Simple, Request().ToBytes().Bytes, "x")).ExpectError()),
        new(Area, "refuses a text that is longer than the body", static async server =>
        {
            var body = new InferBody().Input("INPUT", "BYTES", "[1]", [255, 255, 255, 255, (byte)'a']);
            (await server.InferAsync(ConformanceModels.Text, body)).ExpectError();
        })
        {
            Model = ConformanceModels.Text,
            Extension = Extension,
        },
    ];

    private const string Extension = "binary_tensor_data";

    /// <summary>The good request to 'simple', all as bytes.</summary>
    internal static InferBody Request() => new InferBody().Input("INPUT0", "INT32", Shape, Numbers).Input("INPUT1", "INT32", Shape, Ones);

    private static Check Simple(string name, Func<Subject, Task> run) =>
        new(Area, name, run) { Model = ConformanceModels.Simple, Extension = Extension };

    private static void Require(Answer answer, string output, byte[] expected)
    {
        var bytes = answer.Bytes(output);
        answer.Require(bytes.AsSpan().SequenceEqual(expected), $"{output} with the bytes {Convert.ToHexString(expected)}");
    }

    private static byte[] BytesOf(int first) => [.. Enumerable.Range(first, 16).SelectMany(BitConverter.GetBytes)];
}

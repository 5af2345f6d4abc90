using System.Text.Json.Nodes;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Compressed requests and answers (RFC 9110, 8.4), as Triton has them.</summary>
internal static class CompressionChecks
{
    private const string Area = "compression";
    private const int Many = 5000;

    internal static IReadOnlyList<Check> List { get; } =
    [
        .. ((string[])["gzip", "deflate"]).SelectMany(static coding => (Check[])
            [
                new(Area, $"reads {coding}", async server => InferenceChecks.RequireSumAndDifference(
                    (await server.InferAsync(ConformanceModels.Simple, InferenceChecks.SimpleRequest(), coding)).Expect(200)))
                {
                    Model = ConformanceModels.Simple,
                },
                new(Area, $"reads {coding} with bytes", async server => InferenceChecks.RequireSumAndDifference(
                    (await server.InferAsync(ConformanceModels.Simple, BinaryChecks.Request(), coding)).Expect(200)))
                {
                    Model = ConformanceModels.Simple,
                    Extension = "binary_tensor_data",
                },
                // A server may also answer without it.
                new(Area, $"answers {coding} if asked", async server =>
                {
                    var data = $"[{string.Join(',', Enumerable.Range(0, Many))}]";
                    var body = new InferBody().Input("INPUT", "FP32", $"[{Many}]", data);
                    var answer = (await server.InferAsync(ConformanceModels.Numbers, body, accepted: coding)).Expect(200);
                    answer.Require(
                        answer.Headers.GetValueOrDefault("Content-Encoding") is null or "identity" || IsCoded(answer, coding),
                        $"Content-Encoding: {coding}, or none");
                    answer.Require((answer.Output("OUTPUT")["data"] as JsonArray)?.Count == Many, $"{Many} elements");
                })
                {
                    Model = ConformanceModels.Numbers,
                },
            ]),
        new(Area, "refuses an unknown coding", static async server =>
            (await server.InferAsync(ConformanceModels.Simple, InferenceChecks.SimpleRequest(), "x-none")).ExpectError())
        {
            Model = ConformanceModels.Simple,
        },
    ];

    private static bool IsCoded(Answer answer, string coding) =>
        string.Equals(answer.Headers["Content-Encoding"], coding, StringComparison.OrdinalIgnoreCase);
}

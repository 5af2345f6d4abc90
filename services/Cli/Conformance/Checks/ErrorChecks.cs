using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>What a server must refuse, with a status of the caller's fault and the member <c>error</c>.</summary>
internal static class ErrorChecks
{
    private const string Area = "errors";
    private const string Shape = InferenceChecks.Shape;

    internal static IReadOnlyList<Check> List { get; } =
    [
        new(Area, "refuses a model that it does not have", static async server =>
            (await server.InferAsync("no-such-model", InferenceChecks.SimpleRequest())).ExpectError()),
        new(Area, "refuses a version that it does not have", static async server =>
            (await server.GetAsync($"{InferencePaths.Models}{ConformanceModels.Simple}/versions/987654321")).ExpectError())
        {
            Model = ConformanceModels.Simple,
        },
        Refused("a body that is not JSON", static _ => "{"),
        Refused("a body without inputs", static _ => "{}"),
        Refused("an input that is missing", static _ => Body(new InferBody().Input("INPUT0", "INT32", Shape, InferenceChecks.Numbers))),
        Refused("an input that the model does not have", static good => good.Replace("INPUT1", "INPUT9", StringComparison.Ordinal)),
        Refused("an input twice", static good => good.Replace("INPUT1", "INPUT0", StringComparison.Ordinal)),
        Refused("another data type", static good => good.Replace("\"INT32\"", "\"FP32\"", StringComparison.Ordinal)),
        Refused("a shape that the model does not take", static good => good.Replace("[1,16]", "[1,8]", StringComparison.Ordinal)),
        Refused("a negative shape", static good => good.Replace("[1,16]", "[-1,16]", StringComparison.Ordinal)),
        Refused("a shape of more elements than there are", static good => good.Replace("[1,16]", "[2,16]", StringComparison.Ordinal)),
        Refused("a shape that overflows", static good => good.Replace("[1,16]", "[1152921504606846976,16]", StringComparison.Ordinal)),
        Refused("an element that is not a number", static good => good.Replace("[0,1,", "[0,\"a\",", StringComparison.Ordinal)),
        Refused("an input without data", static good => good.Replace("\"data\"", "\"dat\"", StringComparison.Ordinal)),
        Refused("an output that the model does not have", static _ => Body(InferenceChecks.SimpleRequest().Output("OUTPUT9"))),
        Refused("deep JSON", static _ => string.Concat(Enumerable.Repeat("{\"inputs\":[", 10_000))),
    ];

    private static Check Refused(string what, Func<string, string> change) => new(Area, $"refuses {what}", async server =>
    {
        var body = change(Body(InferenceChecks.SimpleRequest()));
        (await server.InferAsync(ConformanceModels.Simple, Encoding.UTF8.GetBytes(body), jsonLength: null)).ExpectError();
        // It must still be there.
        InferenceChecks.RequireSumAndDifference(
            (await server.InferAsync(ConformanceModels.Simple, InferenceChecks.SimpleRequest())).Expect(200));
    })
    {
        Model = ConformanceModels.Simple,
    };

    private static string Body(InferBody body) => Encoding.UTF8.GetString(body.ToBytes().Bytes);
}

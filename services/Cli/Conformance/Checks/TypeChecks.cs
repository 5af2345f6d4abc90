using System.Text.Json.Nodes;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Infer;

namespace ModelServing.Cli.Conformance.Checks;

/// <summary>Each data type in JSON and as bytes.</summary>
internal static class TypeChecks
{
    private const string Area = "data types";
    private const string Shape = "[2]";

    internal static IReadOnlyList<Check> List { get; } =
    [
        .. TypeCase.All.Where(static type => type.HasJson).Select(static type =>
            new Check(Area, $"{type.Datatype} in JSON", server => CheckJsonAsync(server, type)) { Model = ConformanceModels.Types }),
        .. TypeCase.All.Select(static type => new Check(Area, $"{type.Datatype} as bytes", server => CheckBytesAsync(server, type))
        {
            Model = ConformanceModels.Types,
            Extension = "binary_tensor_data",
        }),
    ];

    // The model takes all types at once, and the request wants one of them back.
    private static async Task CheckJsonAsync(Subject server, TypeCase type)
    {
        var body = new InferBody();
        foreach (var other in TypeCase.All)
        {
            var input = ConformanceModels.InputOf(other.Datatype);
            if (other.HasJson)
                body.Input(input, other.Datatype, Shape, other.Json);
            else
                body.Input(input, other.Datatype, Shape, Convert.FromHexString(other.Hex));
        }

        var output = ConformanceModels.OutputOf(type.Datatype);
        var answer = (await server.InferAsync(ConformanceModels.Types, body.Output(output))).Expect(200);
        answer.Require(answer.Output(output)["datatype"]?.ToString() == type.Datatype, $"the datatype {type.Datatype}");
        answer.Require(answer.Output(output)["shape"]?.ToJsonString() == Shape, $"the shape {Shape}");
        // 1.0 is the same number as 1.
        if (type.Datatype.StartsWith("FP", StringComparison.Ordinal))
            RequireNumbers(answer, type);
        else
            answer.RequireData(output, type.Json);
    }

    private static async Task CheckBytesAsync(Subject server, TypeCase type)
    {
        var name = ConformanceModels.OutputOf(type.Datatype);
        var result = await server.AskAsync(
            WireFormat.Binary,
            new InferRequest(ConformanceModels.Types, [.. TypeCase.All.Select(static each => each.ToInput())]) { Outputs = [name] });
        var outputs = string.Join(", ", result.Outputs.Select(static output => $"{output.Name} {output.Tensor}"));
        if (outputs != $"{name} {type.Datatype} {Shape}")
            throw new NotConformingException($"expected {name} {type.Datatype} {Shape}; got {outputs}");
        var hex = Convert.ToHexString(result.Outputs[0].Tensor.Memory.Span);
        if (hex != type.Hex)
            throw new NotConformingException($"expected the bytes {type.Hex}; got {hex}");
    }

    private static void RequireNumbers(Answer answer, TypeCase type)
    {
        var data = answer.Output(ConformanceModels.OutputOf(type.Datatype))["data"] as JsonArray;
        answer.Require(
            data is { Count: 2 } && data[0]?.GetValue<double>() == 0.5 && data[1]?.GetValue<double>() == -2,
            $"the data {type.Json}");
    }
}

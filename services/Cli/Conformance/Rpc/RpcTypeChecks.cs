using ModelServing.Cli.Conformance.Checks;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>Each data type in the forms that messages have for it.</summary>
internal static class RpcTypeChecks
{
    private const string Area = "grpc types";

    private static readonly long[] Shape = [2];

    internal static IReadOnlyList<Check> List { get; } =
    [
        // The protocol has typed contents for the types that it has in JSON.
        .. TypeCase.All.Where(static type => type.HasJson).Select(static type => RpcChecks.Create(
            Area, $"{type.Datatype} typed", ConformanceModels.Typed, server => CheckAsync(server, type, isRaw: false))),
        .. TypeCase.All.Select(static type => RpcChecks.Create(
            Area, $"{type.Datatype} raw", ConformanceModels.Types, server => CheckAsync(server, type, isRaw: true))),
    ];

    // The model takes all types at once. Of a request, all inputs are raw or all are typed, so there is a model of the types that can be.
    private static async Task CheckAsync(RpcSubject server, TypeCase type, bool isRaw)
    {
        var body = new RpcBody(isRaw ? ConformanceModels.Types : ConformanceModels.Typed);
        foreach (var other in TypeCase.All.Where(other => isRaw || other.HasJson))
        {
            var (name, data) = (ConformanceModels.InputOf(other.Datatype), Convert.FromHexString(other.Hex));
            if (isRaw)
                body.Raw(name, other.Datatype, Shape, data);
            else
                body.Typed(name, other.Datatype, Shape, data);
        }

        var output = ConformanceModels.OutputOf(type.Datatype);
        var answer = await server.InferAsync(body.Output(output));
        answer.Require(answer.Output(output).Datatype == type.Datatype, $"the datatype {type.Datatype}");
        answer.Require(answer.Output(output).Shape.SequenceEqual(Shape), "the shape [2]");
        answer.RequireData(output, Convert.FromHexString(type.Hex));
    }
}

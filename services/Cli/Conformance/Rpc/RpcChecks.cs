using Grpc.Core;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>Every check over gRPC, in the order of the report; here, those about the server and its models.</summary>
internal static class RpcChecks
{
    private const string Area = "grpc";

    /// <summary>A server's whole list.</summary>
    internal static IReadOnlyList<Check> List { get; } =
        [.. OfServer, .. RpcInferenceChecks.List, .. RpcTypeChecks.List, .. RpcErrorChecks.List];

    private static IEnumerable<Check> OfServer =>
    [
        Create(Area, "is live", null, static async server =>
        {
            var answer = await server.CallAsync("ServerLive", new ServerLiveRequest());
            answer.Require(answer.Read(ServerLiveResponse.Parser).Live, "'live', true");
        }),
        Create(Area, "is ready", null, static async server =>
        {
            var answer = await server.CallAsync("ServerReady", new ServerReadyRequest());
            answer.Require(answer.Read(ServerReadyResponse.Parser).Ready, "'ready', true");
        }),
        Create(Area, "describes itself", null, static async server =>
        {
            var answer = await server.CallAsync("ServerMetadata", new ServerMetadataRequest());
            var metadata = answer.Read(ServerMetadataResponse.Parser);
            answer.Require(metadata.Name.Length > 0 && metadata.Version.Length > 0, "'name' and 'version'");
        }),
        Simple(Area, "says that a model is ready", static server => RequireReadyAsync(server, "")),
        Simple(Area, "describes a model", static async server =>
        {
            var answer = await server.DescribeAsync(ConformanceModels.Simple);
            answer.Require(RequireDescribed(answer).Platform.Length > 0, "'platform'");
        }),
        Simple(Area, "describes a version that it lists", static async server =>
        {
            var metadata = RequireDescribed(await server.DescribeAsync(ConformanceModels.Simple));
            if (metadata.Versions.Count == 0)
                return;
            RequireDescribed(await server.DescribeAsync(ConformanceModels.Simple, metadata.Versions[0]));
            await RequireReadyAsync(server, metadata.Versions[0]);
        }),
        Create(Area, "knows no other method", null, static async server =>
        {
            var answer = await server.CallAsync("NoSuchMethod", []);
            answer.Require(answer.Status == StatusCode.Unimplemented, "the status Unimplemented");
        }),
    ];

    internal static Check Create(string area, string name, string? model, Func<RpcSubject, Task> run) =>
        new(area, name, server => run(server.Rpc!)) { Model = model };

    /// <summary>A check of the model 'simple'.</summary>
    internal static Check Simple(string area, string name, Func<RpcSubject, Task> run) =>
        Create(area, name, ConformanceModels.Simple, run);

    private static async Task RequireReadyAsync(RpcSubject server, string version)
    {
        var answer = await server.CallAsync("ModelReady", new ModelReadyRequest { Name = ConformanceModels.Simple, Version = version });
        answer.Require(answer.Read(ModelReadyResponse.Parser).Ready, "'ready', true");
    }

    private static ModelMetadataResponse RequireDescribed(RpcAnswer answer)
    {
        var metadata = answer.Read(ModelMetadataResponse.Parser);
        answer.Require(metadata.Name == ConformanceModels.Simple, $"the name '{ConformanceModels.Simple}'");
        RequireTensors(answer, metadata.Inputs, "INPUT0", "INPUT1");
        RequireTensors(answer, metadata.Outputs, "OUTPUT0", "OUTPUT1");
        return metadata;
    }

    private static void RequireTensors(
        RpcAnswer answer, IEnumerable<ModelMetadataResponse.Types.TensorMetadata> list, params string[] names)
    {
        foreach (var name in names)
        {
            answer.Require(
                list.Any(tensor => tensor.Name == name && tensor.Datatype == "INT32" && tensor.Shape.SequenceEqual([-1L, 16L])),
                $"the tensor '{name}', INT32 [-1,16]");
        }
    }
}

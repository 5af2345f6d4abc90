using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Rpc;

/// <summary>The calls of the Open Inference Protocol without tensors. The host's own paths answer them, and their JSON becomes
/// messages.</summary>
internal sealed class InferenceService(OwnPipeline own) : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <summary>The service's full name.</summary>
    internal static string Name => GRPCInferenceService.Descriptor.FullName;

    public override async Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        new() { Live = await IsTrueAsync(InferencePaths.Live, context) };

    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        new() { Ready = await IsTrueAsync(InferencePaths.Ready, context) };

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) =>
        new() { Ready = await IsTrueAsync(MessageNames.PathOf(request.Name, request.Version) + "/ready", context) };

    public override async Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
    {
        using var metadata = await DescribeAsync(InferencePaths.Server, context);
        var response = new ServerMetadataResponse
        {
            Name = TextOf(metadata.RootElement, "name"),
            Version = TextOf(metadata.RootElement, "version"),
        };
        response.Extensions.AddRange(ListOf(metadata.RootElement, "extensions").Select(static extension => extension.GetString()));
        return response;
    }

    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        using var metadata = await DescribeAsync(MessageNames.PathOf(request.Name, request.Version), context);
        var response = new ModelMetadataResponse
        {
            Name = TextOf(metadata.RootElement, "name"),
            Platform = TextOf(metadata.RootElement, "platform"),
        };
        response.Versions.AddRange(ListOf(metadata.RootElement, "versions").Select(static version => version.GetString()));
        response.Inputs.AddRange(ListOf(metadata.RootElement, "inputs").Select(TensorOf));
        response.Outputs.AddRange(ListOf(metadata.RootElement, "outputs").Select(TensorOf));
        return response;
    }

    private static ModelMetadataResponse.Types.TensorMetadata TensorOf(JsonElement tensor)
    {
        var metadata = new ModelMetadataResponse.Types.TensorMetadata
        {
            Name = TextOf(tensor, "name"),
            Datatype = TextOf(tensor, "datatype"),
        };
        metadata.Shape.AddRange(ListOf(tensor, "shape").Select(static length => length.GetInt64()));
        return metadata;
    }

    // 503 is how a path says no.
    private async Task<bool> IsTrueAsync(string path, ServerCallContext context)
    {
        var answer = await AskAsync(path, context);
        return answer.StatusCode switch
        {
            StatusCodes.Status200OK => true,
            StatusCodes.Status503ServiceUnavailable => false,
            _ => throw Failure(answer, context),
        };
    }

    private async Task<JsonDocument> DescribeAsync(string path, ServerCallContext context)
    {
        var answer = await AskAsync(path, context);
        return answer.StatusCode == StatusCodes.Status200OK
            ? JsonDocument.Parse(answer.Held.ToArray())
            : throw Failure(answer, context);
    }

    private async Task<OwnAnswer> AskAsync(string path, ServerCallContext context)
    {
        var call = context.GetHttpContext();
        _ = CallTimeout.TryRead(call.Request.Headers, out var timeout);
        var answer = OwnAnswer.Hold(call.Response);
        await own.AnswerAsync(call, HttpMethods.Get, path, CallMetadata.Copy(call.Request.Headers, timeout), null, answer);
        CallMetadata.Add(answer.Headers, call.Response.Headers);
        return answer;
    }

    private static RpcException Failure(OwnAnswer answer, ServerCallContext context)
    {
        var problem = AnsweredProblem.Read(answer.Held, answer.StatusCode);
        context.GetHttpContext().Response.Headers[HeaderNames.ProblemReason] = problem.Reason;
        return new RpcException(new Status(CallStatus.For(answer.StatusCode), problem.Detail));
    }

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static JsonElement.ArrayEnumerator ListOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;
}

using System.Collections.Concurrent;
using Grpc.Core;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Services.Tests.OpenInference.Rpc;

/// <summary>Answers each inference request with its inputs, unless a test says otherwise.</summary>
/// <param name="answer">Answers a request, with its number from 1; null for its inputs.</param>
internal sealed class StubRpcService(Func<ServerCallContext, int, Task<ModelInferResponse?>>? answer = null)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    private int count;

    internal ConcurrentQueue<ModelInferRequest> Requests { get; } = new();

    internal ConcurrentQueue<Metadata> Headers { get; } = new();

    internal DateTime Deadline { get; private set; }

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse());

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) => request.Name switch
    {
        "m" => Task.FromResult(new ModelReadyResponse { Ready = request.Version == "2" }),
        "secret" => throw new RpcException(new Status(StatusCode.Unauthenticated, "no key")),
        _ => throw new RpcException(new Status(StatusCode.NotFound, $"there is no model '{request.Name}'")),
    };

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = "n", Version = "1.2", Extensions = { "a" } });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelMetadataResponse
        {
            Name = request.Name,
            Versions = { request.Version },
            Platform = "p",
            Inputs = { new ModelMetadataResponse.Types.TensorMetadata { Name = "x", Datatype = "FP32", Shape = { -1, 3 } } },
            Outputs = { new ModelMetadataResponse.Types.TensorMetadata { Name = "y", Datatype = "BYTES" } },
        });

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        Headers.Enqueue(context.RequestHeaders);
        Deadline = context.Deadline;
        var number = Interlocked.Increment(ref count);
        if (answer is not null && await answer(context, number) is { } other)
            return other;
        var response = new ModelInferResponse { ModelName = request.ModelName, ModelVersion = request.ModelVersion, Id = request.Id };
        response.Outputs.Add(request.Inputs.Select(static input => new ModelInferResponse.Types.InferOutputTensor
        {
            Name = input.Name,
            Datatype = input.Datatype,
            Shape = { input.Shape },
        }));
        response.RawOutputContents.Add(request.RawInputContents);
        return response;
    }
}

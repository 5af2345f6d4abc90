using Grpc.Core;
using Grpc.Net.Client;
using ModelServing.OpenInference.Calls;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Messages;
using ModelServing.OpenInference.Metadata;

namespace ModelServing.OpenInference.Rpc;

/// <summary>The protocol over gRPC.</summary>
internal sealed class RpcTransport : ITransport
{
    private readonly OpenInferenceOptions options;
    private readonly GrpcChannel channel;
    private readonly GRPCInferenceService.GRPCInferenceServiceClient service;

    internal RpcTransport(Uri server, OpenInferenceOptions options)
    {
        this.options = options;
        channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            HttpClient = options.Http,
            HttpHandler = options.Http is null ? OwnConnections.CreateHandler() : null,
            DisposeHttpClient = options.Http is null,
            MaxReceiveMessageSize = options.MaxAnswerBytes,
            MaxSendMessageSize = null,
        });
        service = new(channel);
    }

    public void Dispose() => channel.Dispose();

    public Task<bool> IsServerLiveAsync(TimeSpan? left, CancellationToken cancellation) =>
        IsSoAsync(call => service.ServerLiveAsync(new(), call), static answer => answer.Live, left, cancellation);

    public Task<bool> IsServerReadyAsync(TimeSpan? left, CancellationToken cancellation) =>
        IsSoAsync(call => service.ServerReadyAsync(new(), call), static answer => answer.Ready, left, cancellation);

    public Task<bool> IsModelReadyAsync(string model, string? version, TimeSpan? left, CancellationToken cancellation) => IsSoAsync(
        call => service.ModelReadyAsync(new() { Name = model, Version = version ?? "" }, call),
        static answer => answer.Ready,
        left,
        cancellation);

    public async Task<ServerMetadata> GetServerMetadataAsync(TimeSpan? left, CancellationToken cancellation)
    {
        var (answer, _) = await CallAsync(call => service.ServerMetadataAsync(new(), call), CallOptionsFor(left, cancellation));
        return new(answer.Name, answer.Version, [.. answer.Extensions]);
    }

    public async Task<ModelMetadata> GetModelMetadataAsync(
        string model, string? version, TimeSpan? left, CancellationToken cancellation)
    {
        var (answer, _) = await CallAsync(
            call => service.ModelMetadataAsync(new() { Name = model, Version = version ?? "" }, call), CallOptionsFor(left, cancellation));
        return new(
            answer.Name,
            [.. answer.Versions],
            answer.Platform,
            [.. answer.Inputs.Select(Tensor)],
            [.. answer.Outputs.Select(Tensor)]);
    }

    public async Task<InferResult> InferAsync(InferRequest request, TimeSpan? left, CancellationToken cancellation)
    {
        var call = CallOptionsFor(left, cancellation);
        foreach (var (name, value) in request.Headers)
            call.Headers!.Add(name.ToLowerInvariant(), value);
        var message = MessageWriter.Write(request);
        var (answer, headers) = await CallAsync(options => service.ModelInferAsync(message, options), call);
        return MessageReader.Read(answer) with { Headers = headers };
    }

    private static TensorMetadata Tensor(ModelMetadataResponse.Types.TensorMetadata tensor) =>
        new(tensor.Name, tensor.Datatype, [.. tensor.Shape]);

    private static async Task<(T Answer, AnswerHeaders Headers)> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> begin, CallOptions call)
    {
        try
        {
            using var running = begin(call);
            var answer = await running.ResponseAsync;
            return (answer, RpcFaults.Headers(await running.ResponseHeadersAsync, running.GetTrailers()));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, call.CancellationToken);
        }
        catch (RpcException e)
        {
            throw RpcFaults.From(e);
        }
    }

    private async Task<bool> IsSoAsync<T>(
        Func<CallOptions, AsyncUnaryCall<T>> begin, Func<T, bool> isSo, TimeSpan? left, CancellationToken cancellation)
    {
        try
        {
            var (answer, _) = await CallAsync(begin, CallOptionsFor(left, cancellation));
            return isSo(answer);
        }
        catch (OpenInferenceException e) when (e.Fault is CallFault.NotFound or CallFault.Unavailable)
        {
            return false;
        }
    }

    private CallOptions CallOptionsFor(TimeSpan? left, CancellationToken cancellation)
    {
        var headers = new Grpc.Core.Metadata();
        foreach (var (name, value) in options.Headers)
            headers.Add(name.ToLowerInvariant(), value);
        if (options.ApiKey is { } key)
            headers.Add(options.ApiKeyHeader.ToLowerInvariant(), key);
        return new CallOptions(headers, left is { } time ? (options.Time.GetUtcNow() + time).UtcDateTime : null, cancellation);
    }
}

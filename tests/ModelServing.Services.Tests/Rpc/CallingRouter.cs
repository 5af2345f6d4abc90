using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using ModelServing.Contracts;
using ModelServing.OpenInference.Messages;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A whole router in this process with a gRPC port, and a client of it.</summary>
internal sealed class CallingRouter : IAsyncDisposable
{
    private readonly GrpcChannel channel;

    private CallingRouter(RunningRouter router)
    {
        Router = router;
        channel = GrpcChannel.ForAddress(router.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        Client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
    }

    internal RunningRouter Router { get; }

    internal GRPCInferenceService.GRPCInferenceServiceClient Client { get; }

    internal ChannelBase Channel => channel;

    internal IPEndPoint Address => IPEndPoint.Parse(Router.Grpc.Authority);

    internal static async Task<CallingRouter> StartAsync(
        PlanDocument plan, EndpointsDocument endpoints, Func<RouterSettings, RouterSettings>? with = null)
    {
        var router = await RunningRouter.StartAsync(settings =>
        {
            settings = settings with { GrpcUrls = "http://127.0.0.1:0" };
            return with?.Invoke(settings) ?? settings;
        });
        router.Swap(plan, endpoints);
        return new CallingRouter(router);
    }

    /// <summary>A router whose model <c>fraud</c> has one version, 1.</summary>
    internal static Task<CallingRouter> StartAsync(RawServer endpoint, Func<RouterSettings, RouterSettings>? with = null) =>
        StartAsync(SomePlan.Stable(), SomePlan.Endpoints((1, endpoint.Address)), with);

    /// <summary>A version that answers a message with itself. The fields of requests and responses have the same numbers.</summary>
    internal static RawServer Echo() => RawServer.Answering(static request => Answer(request.Body));

    /// <summary>A version's answer with a message.</summary>
    internal static string Answer(ReadOnlySpan<byte> message) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: {message.Length}\r\n\r\n"
        + System.Text.Encoding.Latin1.GetString(message);

    internal static string Answer(string status, string detail, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\n{headers}Content-Length: {detail.Length + 60}\r\n\r\n"
        + $$"""{"type":"urn:modelserving:problem:theirs","detail":"{{detail}}"}""".PadRight(detail.Length + 60);

    /// <summary>A request with an input of some bytes.</summary>
    internal static ModelInferRequest Request(string id = "", int bytes = 0, string model = "fraud", string version = "")
    {
        var request = new ModelInferRequest { ModelName = model, ModelVersion = version, Id = id };
        if (bytes > 0)
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = "input",
                Datatype = "BYTES",
                Shape = { 1 },
                Contents = new InferTensorContents { BytesContents = { ByteString.CopyFrom(new byte[bytes]) } },
            });
        }

        return request;
    }

    /// <summary>Calls the model, and returns the answer with its metadata.</summary>
    internal async Task<(ModelInferResponse Response, Metadata Metadata)> InferAsync(
        ModelInferRequest request, params Metadata.Entry[] metadata)
    {
        using var call = Client.ModelInferAsync(request, [.. metadata], deadline: null, CancellationToken.None);
        var response = await call.ResponseAsync.WaitAsync(RawConnection.Patience);
        return (response, await call.ResponseHeadersAsync);
    }

    /// <summary>Calls the model, and returns how that failed.</summary>
    internal Task<RpcException> FailAsync(ModelInferRequest request, params Metadata.Entry[] metadata) =>
        Assert.ThrowsAsync<RpcException>(() => InferAsync(request, metadata));

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await Router.DisposeAsync();
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>A server that answers calls by gRPC from what another one answers over HTTP, in whole or with a fault.</summary>
/// <param name="http">The other server.</param>
/// <param name="fault">The fault.</param>
internal sealed class JoinedRpc(HttpClient http, ServerFault fault) : HttpMessageHandler
{
    private const int FrameBytes = 5;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var frame = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var (status, detail, message) = RpcFaults.Apply(
            fault, await AnswerAsync(request.RequestUri!.Segments[^1], frame[FrameBytes..], cancellationToken));
        var body = new byte[FrameBytes + (message?.Length ?? 0)];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message?.Length ?? 0);
        message?.CopyTo(body, FrameBytes);
        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            Version = HttpVersion.Version20,
            RequestMessage = request,
            Content = new ByteArrayContent(message is null ? [] : body),
        };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        response.TrailingHeaders.Add("grpc-status", $"{(int)status}");
        response.TrailingHeaders.Add("grpc-message", Uri.EscapeDataString(detail));
        return response;
    }

    private async Task<RpcReply> AnswerAsync(string method, byte[] message, CancellationToken cancellation)
    {
        try
        {
            switch (method)
            {
                case "ServerLive":
                    return RpcReply.With(new ServerLiveResponse { Live = await IsGoodAsync("/v2/health/live", cancellation) });
                case "ServerReady":
                    return RpcReply.With(new ServerReadyResponse { Ready = await IsGoodAsync("/v2/health/ready", cancellation) });
                case "ServerMetadata":
                    return await DescribeAsync<ServerMetadataResponse>("/v2", cancellation);
                case "ModelReady":
                    var ready = ModelReadyRequest.Parser.ParseFrom(message);
                    var isReady = await IsGoodAsync(PathOf(ready.Name, ready.Version) + "/ready", cancellation);
                    return RpcReply.With(new ModelReadyResponse { Ready = isReady });
                case "ModelMetadata":
                    var model = ModelMetadataRequest.Parser.ParseFrom(message);
                    return await DescribeAsync<ModelMetadataResponse>(PathOf(model.Name, model.Version), cancellation);
                case "ModelInfer":
                    var infer = ModelInferRequest.Parser.ParseFrom(message);
                    using (var content = new ByteArrayContent(message))
                    {
                        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
                        using var answer = await http.PostAsync(
                            PathOf(infer.ModelName, infer.ModelVersion) + "/infer", content, cancellation);
                        return await ReplyAsync(answer, cancellation);
                    }

                default:
                    return new RpcReply(StatusCode.Unimplemented, "there is no such method", null);
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            return new RpcReply(StatusCode.InvalidArgument, e.Message, null);
        }
    }

    private async Task<bool> IsGoodAsync(string path, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(path, cancellation);
        return answer.IsSuccessStatusCode;
    }

    // The JSON of the protocol is that of the messages.
    private async Task<RpcReply> DescribeAsync<T>(string path, CancellationToken cancellation)
        where T : IMessage<T>, new()
    {
        using var answer = await http.GetAsync(path, cancellation);
        return answer.IsSuccessStatusCode
            ? RpcReply.With(JsonParser.Default.Parse<T>(await answer.Content.ReadAsStringAsync(cancellation)))
            : await ReplyAsync(answer, cancellation);
    }

    private static async Task<RpcReply> ReplyAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (answer.IsSuccessStatusCode)
            return new RpcReply(StatusCode.OK, "", body);
        var status = answer.StatusCode switch
        {
            HttpStatusCode.BadRequest => StatusCode.InvalidArgument,
            HttpStatusCode.NotFound => StatusCode.NotFound,
            _ => StatusCode.Internal,
        };
        return new RpcReply(status, (string)JsonNode.Parse(body)!["detail"]!, null);
    }

    private static string PathOf(string model, string version) =>
        $"/v2/models/{model}{(version.Length > 0 ? $"/versions/{version}" : "")}";
}

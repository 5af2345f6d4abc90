using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using ModelServing.Contracts;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>The server that is checked, over gRPC. A message goes as the bytes that a check has made, because no library would write some
/// of them.</summary>
/// <param name="calls">Its address.</param>
/// <param name="key">The client's key; null for none.</param>
internal sealed class RpcSubject(CallInvoker calls, string? key = null)
{
    private const string Service = "inference.GRPCInferenceService";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    /// <summary>Calls a method.</summary>
    /// <exception cref="HttpRequestException">The server can't be reached.</exception>
    /// <exception cref="NotConformingException">There was no answer in time.</exception>
    internal async Task<RpcAnswer> CallAsync(string method, byte[] message)
    {
        using var limit = new CancellationTokenSource(Limit);
        var headers = new Metadata();
        if (key is not null)
            headers.Add(HeaderNames.ApiKey, key);
        using var call = calls.AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, Service, method, Bytes, Bytes),
            host: null,
            new CallOptions(headers, cancellationToken: limit.Token),
            message);
        try
        {
            return new RpcAnswer(StatusCode.OK, "", await call.ResponseAsync);
        }
        catch (RpcException e) when (e.Status.DebugException is HttpRequestException or SocketException)
        {
            throw new HttpRequestException(e.Status.DebugException.Message, e);
        }
        catch (RpcException) when (limit.IsCancellationRequested)
        {
            throw new NotConformingException("there was no answer in time");
        }
        catch (RpcException e)
        {
            return new RpcAnswer(e.StatusCode, e.Status.Detail, []);
        }
    }

    internal Task<RpcAnswer> CallAsync(string method, IMessage message) => CallAsync(method, message.ToByteArray());

    internal Task<RpcAnswer> InferAsync(RpcBody body) => CallAsync("ModelInfer", body.Message);

    internal Task<RpcAnswer> DescribeAsync(string model, string version = "") =>
        CallAsync("ModelMetadata", new ModelMetadataRequest { Name = model, Version = version });
}

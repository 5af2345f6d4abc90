using Google.Protobuf;
using Grpc.Core;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>An answer to a call by gRPC.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Detail">What the status says.</param>
/// <param name="Message">The message; null for an error.</param>
internal sealed record RpcReply(StatusCode Status, string Detail, byte[]? Message)
{
    internal static RpcReply With(IMessage message) => new(StatusCode.OK, "", message.ToByteArray());
}

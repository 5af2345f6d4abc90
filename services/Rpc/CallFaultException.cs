using Grpc.Core;

namespace ModelServing.Rpc;

/// <summary>A call is refused before it becomes a request.</summary>
internal sealed class CallFaultException(StatusCode status, string message) : Exception(message)
{
    internal StatusCode Status => status;
}

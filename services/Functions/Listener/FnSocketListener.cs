using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;

namespace ModelServing.Functions.Listener;

/// <summary>Listens on the socket that OCI Functions named when it started the program. The platform reads no metrics and asks for no
/// health, so the host starts neither.</summary>
internal sealed class FnSocketListener(FnListener listener) : IHostListener
{
    public bool HasOperations => false;

    public void Listen(WebApplicationBuilder builder) => FnSocket.Add(builder, listener);

    public string? Explain(Exception e) => e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException
        ? $"can't listen on {listener.Path}: {(e.InnerException ?? e).Message.TrimEnd('.')}. Correct {FnListener.ListenerVariable}: " +
            $"its folder must exist and be writable."
        : null;
}

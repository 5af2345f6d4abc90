namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>Calls over a socket, by the Fn contract.</summary>
public sealed class SocketFunctionCallTests() : FunctionCallTests(static () => new SocketCaller());

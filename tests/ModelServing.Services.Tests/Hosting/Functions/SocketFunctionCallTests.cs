using ModelServing.Services.Tests.Functions;

namespace ModelServing.Services.Tests.Hosting.Functions;

/// <summary>Calls over a socket, by the Fn contract.</summary>
public sealed class SocketFunctionCallTests() : FunctionCallTests(static () => new SocketCaller());

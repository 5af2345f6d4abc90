namespace ModelServing.Services.Tests.Functions;

/// <summary>Every function over a socket, by the Fn contract.</summary>
public sealed class EveryFunctionOverASocketTests() : EveryFunctionTests(static _ => new SocketCaller());

namespace ModelServing.Services.Tests.Functions.ModelLoader;

/// <summary>ModelLoader over a socket, by the Fn contract.</summary>
public sealed class ModelLoaderOverASocketTests() : ModelLoaderTests(static () => new SocketCaller());

using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions.ModelLoader;

/// <summary>ModelLoader by plain HTTP.</summary>
public sealed class ModelLoaderByHttpTests() : ModelLoaderTests(static () => new PlainCaller(FunctionName.ModelLoader));

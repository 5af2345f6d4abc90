using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>Calls by plain HTTP.</summary>
public sealed class PlainFunctionCallTests() : FunctionCallTests(static () => new PlainCaller(FunctionName.Rollback));

using ModelServing.Contracts.Functions;
using ModelServing.Services.Tests.Functions;

namespace ModelServing.Services.Tests.Hosting.Functions;

/// <summary>Calls by plain HTTP.</summary>
public sealed class PlainFunctionCallTests() : FunctionCallTests(static () => new PlainCaller(FunctionName.Rollback));

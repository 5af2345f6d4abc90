using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions.Rollback;

/// <summary>Rollback by plain HTTP.</summary>
public sealed class RollbackByHttpTests() : RollbackTests(static () => new PlainCaller(FunctionName.Rollback));

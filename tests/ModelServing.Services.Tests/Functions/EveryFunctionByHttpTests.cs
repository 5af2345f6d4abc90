namespace ModelServing.Services.Tests.Functions;

/// <summary>Every function by plain HTTP.</summary>
public sealed class EveryFunctionByHttpTests() : EveryFunctionTests(static function => new PlainCaller(function));

namespace ModelServing.TestKit.Functions;

/// <summary>A call that the emulator got.</summary>
/// <param name="FunctionId">The function.</param>
/// <param name="InvokeType">The header fn-invoke-type.</param>
/// <param name="Body">The payload.</param>
public sealed record FunctionInvocation(string FunctionId, string? InvokeType, byte[] Body);

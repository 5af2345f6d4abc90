namespace ModelServing.TestKit.Functions;

/// <summary>A call that reached the function.</summary>
/// <param name="FunctionId">The function's OCID.</param>
/// <param name="InvokeType">The header fn-invoke-type.</param>
/// <param name="Body">The payload.</param>
public sealed record FunctionInvocation(string FunctionId, string? InvokeType, byte[] Body);

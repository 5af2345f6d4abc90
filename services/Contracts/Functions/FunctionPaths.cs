namespace ModelServing.Contracts.Functions;

/// <summary>Where a function is asked by plain HTTP. As a function of OCI it is asked by the Fn contract, on a socket.</summary>
public static class FunctionPaths
{
    /// <summary>The path that takes a POST with the function's payload, as in <c>/functions/Rollback</c>.</summary>
    public static string PathOf(FunctionName function) => $"/functions/{function}";
}

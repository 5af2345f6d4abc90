namespace ModelServing.Contracts.Functions;

/// <summary>The functions' paths by plain HTTP. OCI Functions calls them by the Fn contract instead, on a socket.</summary>
public static class FunctionPaths
{
    /// <summary>The path for a POST of the function's payload, as in <c>/functions/Rollback</c>.</summary>
    public static string PathOf(FunctionName function) => $"/functions/{function}";
}

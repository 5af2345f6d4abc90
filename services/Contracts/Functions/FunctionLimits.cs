namespace ModelServing.Contracts.Functions;

/// <summary>The limits of OCI Functions.</summary>
public static class FunctionLimits
{
    /// <summary>The largest payload and the largest answer: 6 MB.</summary>
    public const int MaxBodyBytes = 6 * 1024 * 1024;
}

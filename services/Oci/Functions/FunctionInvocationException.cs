namespace ModelServing.Oci.Functions;

/// <summary>The call of a function of OCI, or the function, failed. The message gives the reason and the remedy.</summary>
public sealed class FunctionInvocationException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public FunctionInvocationException()
    {
    }

    /// <summary>Creates an exception with <paramref name="message"/>.</summary>
    public FunctionInvocationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public FunctionInvocationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

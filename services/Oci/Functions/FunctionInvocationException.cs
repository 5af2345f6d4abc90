namespace ModelServing.Oci.Functions;

/// <summary>A function of OCI was not called, or failed; the message says why, and what a person could do.</summary>
public sealed class FunctionInvocationException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public FunctionInvocationException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public FunctionInvocationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public FunctionInvocationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

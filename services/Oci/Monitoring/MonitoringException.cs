namespace ModelServing.Oci.Monitoring;

/// <summary>A call to Monitoring failed. The message gives the reason.</summary>
public sealed class MonitoringException : Exception
{
    /// <summary>Creates an exception without a message.</summary>
    public MonitoringException()
    {
    }

    /// <summary>Creates an exception with <paramref name="message"/>.</summary>
    public MonitoringException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public MonitoringException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

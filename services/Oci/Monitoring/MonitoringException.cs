namespace ModelServing.Oci.Monitoring;

/// <summary>Monitoring did not do what it was asked for; the message says why.</summary>
public sealed class MonitoringException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public MonitoringException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public MonitoringException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public MonitoringException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

using ModelServing.Contracts;

namespace ModelServing.Oci;

/// <summary>What takes metrics and evaluates alarms on them: OCI Monitoring, or a stand-in for it on one machine.</summary>
public interface IMonitoring
{
    /// <summary>Where it is, as it is set and shown.</summary>
    string Location { get; }

    /// <summary>Posts streams. It may not take some of them: the answer says which, and why.</summary>
    /// <exception cref="MonitoringException">No answer came, or a refusal of all. They may be taken all the same.</exception>
    Task<MetricPostAnswer> PostAsync(MetricPost post, CancellationToken cancellationToken);

    /// <summary>The streams that alarms fire for.</summary>
    /// <param name="alarms">The display names of the alarms that are looked at, if it has others too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MonitoringException">Nobody knows.</exception>
    Task<IReadOnlyList<FiringAlarm>> FiringAsync(IReadOnlyCollection<string> alarms, CancellationToken cancellationToken);
}

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

using ModelServing.Contracts.Monitoring;

namespace ModelServing.Oci.Monitoring;

/// <summary>A service that accepts metrics and evaluates alarms on them: OCI Monitoring, or its stand-in on one machine.</summary>
public interface IMonitoring
{
    /// <summary>The location in the form of the setting.</summary>
    string Location { get; }

    /// <summary>Posts streams. The service may reject some of them: the answer says which, and why.</summary>
    /// <exception cref="MonitoringException">There was no answer, or the whole post was refused. The streams may have been accepted all the
    /// same.</exception>
    Task<MetricPostAnswer> PostAsync(MetricPost post, CancellationToken cancellationToken);

    /// <summary>Lists the streams for which alarms fire.</summary>
    /// <param name="alarms">The display names of the alarms to include. The service may have others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MonitoringException">The alarms' states can't be read.</exception>
    Task<IReadOnlyList<FiringAlarm>> FiringAsync(IReadOnlyCollection<string> alarms, CancellationToken cancellationToken);
}

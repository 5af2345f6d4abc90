using ModelServing.Contracts.Monitoring;

namespace ModelServing.Oci.Monitoring;

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

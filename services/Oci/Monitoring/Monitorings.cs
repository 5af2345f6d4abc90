using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Oci.Calls;

namespace ModelServing.Oci.Monitoring;

/// <summary>Opens the Monitoring that <see cref="FunctionsHostSettings.Monitoring"/> names.</summary>
/// <remarks>To add a kind, add a class that implements <see cref="IMonitoring"/>, and a case in <see cref="Open"/>.</remarks>
public static partial class Monitorings
{
    // Short, because a function waits for these calls and runs again in a minute.
    private static CallLimits Limits => new()
    {
        Retries = 2,
        FirstDelay = TimeSpan.FromMilliseconds(200),
        LongestDelay = TimeSpan.FromSeconds(1),
        Attempt = TimeSpan.FromSeconds(5),
    };

    /// <summary>Checks <paramref name="location"/> for a program that opens it only on demand.</summary>
    /// <exception cref="ContractException">The text does not name a Monitoring that this program knows.</exception>
    public static void Check(string? location, OciSettings? oci)
    {
        if (FindCompartment(location) is not null)
        {
            _ = Required(oci, location);
        }
        else if (FindAddress(location) is null)
        {
            throw new ContractException(
                $"the monitoring is '{location}'; it must be {HostSources.MonitoringScheme}COMPARTMENT-OCID, "
                + "as in oci:ocid1.compartment.oc1..example, or the address of a stand-in, as in http://127.0.0.1:8083");
        }
    }

    /// <summary>Opens the Monitoring at <paramref name="location"/>. This sends nothing yet.</summary>
    /// <param name="location"><c>oci:COMPARTMENT-OCID</c>, or <c>http://ADDRESS</c>.</param>
    /// <param name="oci">The identity and region for OCI; null if the program does not use OCI.</param>
    /// <param name="secret">The secret that a stand-in requires; null for none.</param>
    /// <exception cref="ContractException">The text does not name a Monitoring that this program knows, or the identity is not
    /// available.</exception>
    public static IMonitoring Open(string? location, OciSettings? oci, string? secret = null)
    {
        Check(location, oci);
        return FindCompartment(location) is { } compartment
            ? new OciMonitoring(MonitoringClients.OpenForIngestion(oci!), MonitoringClients.Open(oci!), compartment, Limits)
            : new MonitoringStandIn(FindAddress(location)!, secret);
    }

    private static string? FindCompartment(string? location) =>
        Form.Match(location ?? "") is { Success: true } match ? match.Groups["compartment"].Value : null;

    private static Uri? FindAddress(string? location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.PathAndQuery == "/"
            ? address
            : null;

    private static OciSettings Required(OciSettings? oci, string? location) => oci
        ?? throw new ContractException(
            $"the monitoring is '{location}', but the environment variable {OciSettings.IdentityVariable} is not set; "
            + $"it must be {OciIdentities.Form}");

    [GeneratedRegex(@"\Aoci:(?<compartment>ocid1\.[A-Za-z0-9._-]{1,250})\z")]
    private static partial Regex Form { get; }
}

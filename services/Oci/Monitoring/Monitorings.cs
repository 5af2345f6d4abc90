using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Oci.Calls;

namespace ModelServing.Oci.Monitoring;

/// <summary>Opens what a setting names as <see cref="FunctionsHostSettings.Monitoring"/>.</summary>
/// <remarks>To add a kind: a class that implements <see cref="IMonitoring"/>, and a case in <see cref="Open"/>.</remarks>
public static partial class Monitorings
{
    // A function waits for it, and runs again in a minute.
    private static CallLimits Quick => new() { Retries = 2, FirstDelay = TimeSpan.FromMilliseconds(200), LongestDelay = TimeSpan.FromSeconds(1), Attempt = TimeSpan.FromSeconds(5) };

    /// <summary>Looks whether there can be a Monitoring at <paramref name="location"/>, for a program that opens it only when it is asked.</summary>
    /// <exception cref="ContractException">The text names none that this program knows.</exception>
    public static void Check(string? location, OciSettings? oci)
    {
        if (CompartmentOf(location) is not null)
            _ = Required(oci, location);
        else if (AddressOf(location) is null)
            throw new ContractException($"the monitoring is '{location}'; it has to be {HostSources.MonitoringScheme}COMPARTMENT-OCID, as in oci:ocid1.compartment.oc1..example, or the address of a stand-in, as in http://127.0.0.1:8083");
    }

    /// <summary>The Monitoring at <paramref name="location"/>. Nothing is asked yet.</summary>
    /// <param name="location"><c>oci:COMPARTMENT-OCID</c>, or <c>http://ADDRESS</c>.</param>
    /// <param name="oci">How OCI is asked; null where it is not.</param>
    /// <exception cref="ContractException">The text names none that this program knows, or the identity can't be had.</exception>
    public static IMonitoring Open(string? location, OciSettings? oci)
    {
        Check(location, oci);
        return CompartmentOf(location) is { } compartment
            ? new OciMonitoring(MonitoringClients.OpenForPosts(oci!), MonitoringClients.Open(oci!), compartment, Quick)
            : new MonitoringStandIn(AddressOf(location)!);
    }

    private static string? CompartmentOf(string? location) => Form.Match(location ?? "") is { Success: true } match ? match.Groups["compartment"].Value : null;

    private static Uri? AddressOf(string? location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.PathAndQuery == "/" ? address : null;

    private static OciSettings Required(OciSettings? oci, string? location) => oci
        ?? throw new ContractException($"the monitoring is '{location}', and the environment variable {OciSettings.IdentityVariable} is not set; it has to be {OciIdentities.Form}");

    [GeneratedRegex(@"\Aoci:(?<compartment>ocid1\.[A-Za-z0-9._-]{1,250})\z")]
    private static partial Regex Form { get; }
}

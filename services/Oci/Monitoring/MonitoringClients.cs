using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.MonitoringService;

namespace ModelServing.Oci.Monitoring;

/// <summary>Makes the SDK's clients of Monitoring. It takes metrics at another host than it is asked at, and the SDK knows only the latter: a
/// post to that one is answered 404.</summary>
internal static class MonitoringClients
{
    private const string Asked = "telemetry.";
    private const string Posted = "telemetry-ingestion.";

    // An attempt's time is bounded where it is made.
    private static ClientConfiguration Patient => new() { TimeoutMillis = Timeout.Infinite, ClientUserAgent = "ModelServing" };

    /// <summary>A client that asks as <paramref name="settings"/> say.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing, or is not what it has to be.</exception>
    internal static MonitoringClient Open(OciSettings settings)
    {
        var client = new MonitoringClient(OciIdentityProvider.OfProcess.Open(settings), Patient);
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.RegionOf(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.MonitoringEndpoint is { } endpoint)
            client.SetEndpoint(endpoint);
        return client;
    }

    /// <summary>A client that posts metrics.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing, or is not what it has to be.</exception>
    internal static MonitoringClient OpenForPosts(OciSettings settings)
    {
        var client = Open(settings);
        if (settings.MonitoringEndpoint is null && client.GetEndpoint() is var known && known.Host.StartsWith(Asked, StringComparison.Ordinal))
            client.SetEndpoint($"https://{Posted}{known.Host[Asked.Length..]}");
        return client;
    }
}

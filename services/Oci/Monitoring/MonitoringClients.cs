using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Identity;
using Oci.MonitoringService;

namespace ModelServing.Oci.Monitoring;

/// <summary>Creates the SDK's clients of Monitoring. The service has one host for metrics and another for queries. The SDK knows only the
/// host for queries, which answers a post of metrics with 404.</summary>
internal static class MonitoringClients
{
    private const string QueryHost = "telemetry.";
    private const string IngestionHost = "telemetry-ingestion.";

    /// <summary>Creates a client for queries.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong.</exception>
    internal static SignedClient<MonitoringClient> Open(OciSettings settings)
    {
        var identity = OciIdentityProvider.ForThisProcess.Open(settings);
        var client = new MonitoringClient(identity.Provider, SdkClientConfiguration.Create());
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.FindRegion(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.MonitoringEndpoint is { } endpoint)
            client.SetEndpoint(endpoint);
        return new SignedClient<MonitoringClient>(client, identity);
    }

    /// <summary>Creates a client that posts metrics.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong.</exception>
    internal static SignedClient<MonitoringClient> OpenForIngestion(OciSettings settings)
    {
        var client = Open(settings);
        if (settings.MonitoringEndpoint is null && client.Client.GetEndpoint().Host is var host
            && host.StartsWith(QueryHost, StringComparison.Ordinal))
            client.Client.SetEndpoint($"https://{IngestionHost}{host[QueryHost.Length..]}");
        return client;
    }
}

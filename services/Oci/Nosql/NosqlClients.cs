using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.NosqlService;

namespace ModelServing.Oci.Nosql;

/// <summary>Creates the SDK's client of NoSQL. A program needs one for its whole life: each client has its own connections.</summary>
internal static class NosqlClients
{
    /// <param name="settings">The identity, the region, and NoSQL's endpoint.</param>
    /// <param name="configuration">The client's timeouts. Null means the SDK's defaults.</param>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong.</exception>
    internal static SignedClient<NosqlClient> Open(OciSettings settings, ClientConfiguration? configuration = null)
    {
        var identity = OciIdentityProvider.ForThisProcess.Open(settings);
        var client = new NosqlClient(identity.Provider, configuration);
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.FindRegion(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.NosqlEndpoint is { } endpoint)
            client.SetEndpoint(endpoint);
        return new SignedClient<NosqlClient>(client, identity);
    }
}

using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.NosqlService;

namespace ModelServing.Oci.Nosql;

/// <summary>Makes the SDK's client of NoSQL. One is enough for a program and its whole life: each has connections of its own.</summary>
internal static class NosqlClients
{
    /// <summary>A client that asks as <paramref name="settings"/> say.</summary>
    /// <param name="settings">As whom, in which region, and where NoSQL answers.</param>
    /// <param name="configuration">The client's times; null is the SDK's own.</param>
    /// <exception cref="ContractException">Something that the identity needs is missing, or is not what it has to be.</exception>
    internal static NosqlClient Open(OciSettings settings, ClientConfiguration? configuration = null)
    {
        var client = new NosqlClient(OciIdentityProvider.OfProcess.Open(settings), configuration);
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.RegionOf(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.NosqlEndpoint is { } endpoint)
            client.SetEndpoint(endpoint);
        return client;
    }
}

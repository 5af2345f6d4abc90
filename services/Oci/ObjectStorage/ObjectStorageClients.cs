using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.Common.Auth;
using Oci.ObjectstorageService;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>Makes the SDK's client of Object Storage. One is enough for a program and its whole life: each has connections of its own.</summary>
internal static class ObjectStorageClients
{
    /// <summary>A client that asks as <paramref name="settings"/> say.</summary>
    /// <param name="settings">As whom, in which region, and where Object Storage answers.</param>
    /// <param name="configuration">The client's times; null is the SDK's own.</param>
    /// <exception cref="ContractException">Something that the identity needs is missing, or is not what it has to be.</exception>
    internal static ObjectStorageClient Open(OciSettings settings, ClientConfiguration? configuration = null) =>
        Open(settings, OciIdentityProvider.OfProcess.Open(settings), configuration);

    /// <summary>A client that asks as <paramref name="identity"/>.</summary>
    internal static ObjectStorageClient Open(OciSettings settings, IBasicAuthenticationDetailsProvider identity, ClientConfiguration? configuration = null)
    {
        var client = new ObjectStorageClient(identity, configuration);
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.RegionOf(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.ObjectStorageEndpoint is { } endpoint)
        {
            client.SetEndpoint(endpoint);
            // Else OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED in the environment would beat it without a word.
            client.UseRealmSpecificEndpointTemplate(false);
        }

        return client;
    }
}

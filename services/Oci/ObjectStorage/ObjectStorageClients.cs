using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.ObjectstorageService;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>Creates the SDK's client of Object Storage. A program needs one for its whole life: each client has its own
/// connections.</summary>
internal static class ObjectStorageClients
{
    /// <param name="settings">The identity, the region, and Object Storage's endpoint.</param>
    /// <param name="configuration">The client's timeouts. Null means the SDK's defaults.</param>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong.</exception>
    internal static SignedClient<ObjectStorageClient> Open(OciSettings settings, ClientConfiguration? configuration = null) =>
        Open(settings, OciIdentityProvider.ForThisProcess.Open(settings), configuration);

    /// <summary>Creates a client that signs as <paramref name="identity"/>, whatever the settings name.</summary>
    internal static SignedClient<ObjectStorageClient> Open(
        OciSettings settings, CallerIdentity identity, ClientConfiguration? configuration = null)
    {
        var client = new ObjectStorageClient(identity.Provider, configuration);
        if (settings.Region is { } region)
            client.SetRegion(OciIdentityProvider.FindRegion(region, $"the environment variable {OciSettings.RegionVariable}"));
        if (settings.ObjectStorageEndpoint is { } endpoint)
        {
            client.SetEndpoint(endpoint);
            // Otherwise OCI_REALM_SPECIFIC_SERVICE_ENDPOINT_TEMPLATE_ENABLED in the environment would silently override the endpoint.
            client.UseRealmSpecificEndpointTemplate(false);
        }

        return new SignedClient<ObjectStorageClient>(client, identity);
    }
}

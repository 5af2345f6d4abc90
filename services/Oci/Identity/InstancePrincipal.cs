using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A compute instance's identity. The SDK queries the instance's metadata service, at an address that can't be changed, and
/// blocks.</summary>
internal static class InstancePrincipal
{
    private const string Metadata = "http://169.254.169.254";

    internal static CallerIdentity Open() => OciIdentityProvider.Create(
        OciIdentity.InstancePrincipal,
        $"the metadata service at {Metadata}",
        static () => new InstancePrincipalsAuthenticationDetailsProvider(),
        // Networks without such a service answer anything at this address, and the SDK fails at whatever it is.
        static e => $"the metadata service at {Metadata} does not answer as that of a compute instance ({e.GetBaseException().Message}); "
            + "only compute instances of OCI have one");
}

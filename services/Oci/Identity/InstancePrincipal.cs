using ModelServing.Contracts;
using Oci.Common.Auth;
using Oci.Common.Model;

namespace ModelServing.Oci.Identity;

/// <summary>A compute instance's identity. The SDK queries the instance's metadata service, at an address that can't be changed, and
/// blocks.</summary>
internal static class InstancePrincipal
{
    internal static IBasicAuthenticationDetailsProvider Open()
    {
        try
        {
            return new InstancePrincipalsAuthenticationDetailsProvider();
        }
        catch (Exception e) when (e is OciException or AggregateException or HttpRequestException or ArgumentException)
        {
            throw OciIdentityProvider.Unavailable(
                OciIdentity.InstancePrincipal,
                $"the instance's metadata service does not answer ({e.Message}); only compute instances have one",
                e);
        }
    }
}

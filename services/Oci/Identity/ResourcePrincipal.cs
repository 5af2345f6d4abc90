using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>The identity of what the platform itself runs, as a Function; the platform sets the variables.</summary>
internal sealed class ResourcePrincipal(Func<string, string?> environment)
{
    private const string Prefix = "OCI_RESOURCE_PRINCIPAL_";
    private const string Version = "2.2";

    internal IBasicAuthenticationDetailsProvider Open()
    {
        string[] names = ["VERSION", "RPST", "PRIVATE_PEM", "REGION"];
        var missing = names.Where(name => string.IsNullOrEmpty(environment(Prefix + name))).ToList();
        if (missing.Count > 0)
            throw Unavailable($"not set: {string.Join(", ", missing.Select(static name => Prefix + name))}; the platform sets them in a Function, and nowhere else");
        if (environment(Prefix + "VERSION") is var version && version != Version)
            throw Unavailable($"{Prefix}VERSION is '{version}'; the OCI SDK knows {Version}");
        // The SDK fails on a mixture without saying why.
        if (Path.IsPathRooted(environment(Prefix + "RPST")) != Path.IsPathRooted(environment(Prefix + "PRIVATE_PEM")))
            throw Unavailable($"of {Prefix}RPST and {Prefix}PRIVATE_PEM one is a file's path and one is not; both have to be");
        OciIdentityProvider.RegionOf(environment(Prefix + "REGION")!, $"the environment variable {Prefix}REGION");
        try
        {
            return ResourcePrincipalAuthenticationDetailsProvider.GetProvider();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException)
        {
            throw Unavailable(e.Message, e);
        }
    }

    private static ContractException Unavailable(string problem, Exception? cause = null) => OciIdentityProvider.Unavailable(OciIdentity.ResourcePrincipal, problem, cause);
}

using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>The identity of a program that OCI itself runs, such as a Function. OCI sets the variables.</summary>
internal sealed class ResourcePrincipal(Func<string, string?> environment)
{
    private const string Prefix = "OCI_RESOURCE_PRINCIPAL_";
    private const string Version = "2.2";

    internal CallerIdentity Open()
    {
        string[] names = ["VERSION", "RPST", "PRIVATE_PEM", "REGION"];
        var missing = names.Where(name => string.IsNullOrEmpty(environment(Prefix + name))).ToList();
        if (missing.Count > 0)
        {
            throw Unavailable(
                $"not set: {string.Join(", ", missing.Select(static name => Prefix + name))}; OCI sets them only in a Function");
        }

        if (environment(Prefix + "VERSION") is var version && version != Version)
            throw Unavailable($"{Prefix}VERSION is '{version}'; the OCI SDK supports {Version}");
        // The SDK fails on a mixture without giving a reason.
        var token = environment(Prefix + "RPST")!;
        if (Path.IsPathRooted(token) != Path.IsPathRooted(environment(Prefix + "PRIVATE_PEM")))
            throw Unavailable($"only one of {Prefix}RPST and {Prefix}PRIVATE_PEM is a file's path; both must be paths, or neither");
        OciIdentityProvider.FindRegion(environment(Prefix + "REGION")!, $"the environment variable {Prefix}REGION");
        return OciIdentityProvider.Create(
            OciIdentity.ResourcePrincipal,
            Path.IsPathRooted(token) ? $"the file {token}" : $"the environment variable {Prefix}RPST",
            ResourcePrincipalAuthenticationDetailsProvider.GetProvider);
    }

    private static ContractException Unavailable(string problem) =>
        OciIdentityProvider.Unavailable(OciIdentity.ResourcePrincipal, problem);
}

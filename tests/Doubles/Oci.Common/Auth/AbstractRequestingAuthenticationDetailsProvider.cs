using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>An identity that the platform gives to the programs that it runs. The double checks what the official package checks before the
/// first request, and refuses the first request.</summary>
public abstract class AbstractRequestingAuthenticationDetailsProvider : IBasicAuthenticationDetailsProvider, IRegionProvider
{
    public Region Region { get; set; }

    public string KeyId => throw Refusal(GetType().Name);

    RSA IBasicAuthenticationDetailsProvider.Key => throw Refusal(GetType().Name);

    internal static NotSupportedException Refusal(string provider) =>
        new($"This double of the OCI SDK does not support {provider}: it signs with a user's key from a configuration file only. "
            + "To run in the cloud, build with the official package.");

    internal static string Environment(string name) => System.Environment.GetEnvironmentVariable(name);
}

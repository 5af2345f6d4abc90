using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>An identity that the platform gives to what runs on it. What the official package looks for before its first request is looked
/// for here too; the first request is refused.</summary>
public abstract class AbstractRequestingAuthenticationDetailsProvider : IBasicAuthenticationDetailsProvider, IRegionProvider
{
    public Region Region { get; set; }

    public string KeyId => throw Refusal(GetType().Name);

    RSA IBasicAuthenticationDetailsProvider.Key => throw Refusal(GetType().Name);

    internal static NotSupportedException Refusal(string provider) =>
        new($"This stand-in of the OCI SDK has no {provider}: it signs with a user's key from a configuration file. Build with the official package to run in the cloud.");

    internal static string Environment(string name) => System.Environment.GetEnvironmentVariable(name);
}

public class InstancePrincipalsAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    /// <summary>Refuses at once: the official one asks the instance's metadata service here.</summary>
    public InstancePrincipalsAuthenticationDetailsProvider() => throw Refusal(nameof(InstancePrincipalsAuthenticationDetailsProvider));
}

public class ResourcePrincipalAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    private ResourcePrincipalAuthenticationDetailsProvider()
    {
    }

    public static ResourcePrincipalAuthenticationDetailsProvider GetProvider()
    {
        switch (Required("VERSION"))
        {
            case "2.2":
                break;
            case "1.1":
                throw new NotImplementedException("Resource Principals version 1.1 is not supported yet!");
            case var version:
                throw new ArgumentException($"Invalid Resource Principals version {version} was set in environment variable OCI_RESOURCE_PRINCIPAL_VERSION");
        }

        Required("PRIVATE_PEM");
        Required("RPST");
        return new ResourcePrincipalAuthenticationDetailsProvider { Region = Region.FromRegionCodeOrId(Required("REGION")) };

        static string Required(string name) => Environment($"OCI_RESOURCE_PRINCIPAL_{name}")
            ?? throw new ArgumentNullException($"Environment variable OCI_RESOURCE_PRINCIPAL_{name} is missing!", (Exception)null);
    }
}

public class OkeWorkloadIdentityAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";

    private OkeWorkloadIdentityAuthenticationDetailsProvider()
    {
    }

    public static OkeWorkloadIdentityAuthenticationDetailsProvider GetProvider()
    {
        var region = Environment("OCI_RESOURCE_PRINCIPAL_REGION") ?? throw new ArgumentException("The Environment variable OCI_RESOURCE_PRINCIPAL_REGION is required!");
        if (!File.Exists(Environment(CertificateVariable) ?? "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"))
            throw new ArgumentException("Kubernetes service account ca cert doesn't exist.");
        if (Environment("KUBERNETES_SERVICE_HOST") is null)
            throw new ArgumentException("Invalid environment variable KUBERNETES_SERVICE_HOST, please contact OKE Foundation team for help.");
        return new OkeWorkloadIdentityAuthenticationDetailsProvider { Region = Region.FromRegionCodeOrId(region) };
    }
}

namespace Oci.Common.Auth;

public class ResourcePrincipalAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    private ResourcePrincipalAuthenticationDetailsProvider(IFederationClient federation, ISessionKeySupplier keys)
        : base(federation, keys)
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
                throw new ArgumentException(
                    $"Invalid Resource Principals version {version} was set in environment variable OCI_RESOURCE_PRINCIPAL_VERSION");
        }

        var pem = Required("PRIVATE_PEM");
        var passphrase = Variable("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE");
        ISessionKeySupplier keys = Path.IsPathRooted(pem)
            ? new FileBasedKeySupplier(pem, passphrase)
            : new FixedContentKeySupplier(pem, passphrase);
        var token = Required("RPST");
        IFederationClient federation = Path.IsPathRooted(token)
            ? new FileBasedResourcePrincipalFederationClient(keys, token)
            : new FixedContentResourcePrincipalFederationClient(token);
        return new ResourcePrincipalAuthenticationDetailsProvider(federation, keys)
        {
            Region = Region.FromRegionCodeOrId(Required("REGION")),
        };

        static string Required(string name) => Variable($"OCI_RESOURCE_PRINCIPAL_{name}")
            ?? throw new ArgumentNullException($"Environment variable OCI_RESOURCE_PRINCIPAL_{name} is missing!", (Exception)null);
    }
}

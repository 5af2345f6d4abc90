namespace Oci.Common.Auth;

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
                throw new ArgumentException(
                    $"Invalid Resource Principals version {version} was set in environment variable OCI_RESOURCE_PRINCIPAL_VERSION");
        }

        Required("PRIVATE_PEM");
        Required("RPST");
        return new ResourcePrincipalAuthenticationDetailsProvider { Region = Region.FromRegionCodeOrId(Required("REGION")) };

        static string Required(string name) => Environment($"OCI_RESOURCE_PRINCIPAL_{name}")
            ?? throw new ArgumentNullException($"Environment variable OCI_RESOURCE_PRINCIPAL_{name} is missing!", (Exception)null);
    }
}

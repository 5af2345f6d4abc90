namespace Oci.Common.Auth;

public class OkeWorkloadIdentityAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    private OkeWorkloadIdentityAuthenticationDetailsProvider(IFederationClient federation, ISessionKeySupplier keys)
        : base(federation, keys)
    {
    }

    public static OkeWorkloadIdentityAuthenticationDetailsProvider GetProvider(
        IServiceAccountTokenSupplier serviceAccountTokenSupplier = null, string token = null, string tokenPath = null)
    {
        var region = Variable("OCI_RESOURCE_PRINCIPAL_REGION")
            ?? throw new ArgumentException("The Environment variable OCI_RESOURCE_PRINCIPAL_REGION is required!");
        var keys = new SessionKey();
        var supplier = serviceAccountTokenSupplier
            ?? (string.IsNullOrEmpty(token)
                ? ServiceAccountTokenSupplier.FromFile(tokenPath)
                : new ServiceAccountTokenSupplier(() => token));
        return new OkeWorkloadIdentityAuthenticationDetailsProvider(new OkeWorkloadIdentityFederationClient(keys, supplier), keys)
        {
            Region = Region.FromRegionCodeOrId(region),
        };
    }
}

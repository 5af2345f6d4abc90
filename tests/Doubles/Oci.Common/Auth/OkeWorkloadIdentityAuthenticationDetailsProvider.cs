namespace Oci.Common.Auth;

public class OkeWorkloadIdentityAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";

    private OkeWorkloadIdentityAuthenticationDetailsProvider()
    {
    }

    public static OkeWorkloadIdentityAuthenticationDetailsProvider GetProvider()
    {
        var region = Environment("OCI_RESOURCE_PRINCIPAL_REGION")
            ?? throw new ArgumentException("The Environment variable OCI_RESOURCE_PRINCIPAL_REGION is required!");
        if (!File.Exists(Environment(CertificateVariable) ?? "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"))
            throw new ArgumentException("Kubernetes service account ca cert doesn't exist.");
        if (Environment("KUBERNETES_SERVICE_HOST") is null)
        {
            throw new ArgumentException(
                "Invalid environment variable KUBERNETES_SERVICE_HOST, please contact OKE Foundation team for help.");
        }

        return new OkeWorkloadIdentityAuthenticationDetailsProvider { Region = Region.FromRegionCodeOrId(region) };
    }
}

using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A pod's identity: OKE gives a token for its service account's. The pod's own server is asked only at the first request.</summary>
/// <param name="environment">Gives a variable of the process that the SDK reads, or null.</param>
/// <param name="accountFolder">Where the pod finds what is its service account's: always here.</param>
internal sealed class WorkloadIdentity(Func<string, string?> environment, string accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount")
{
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";

    internal IBasicAuthenticationDetailsProvider Open(OciSettings settings)
    {
        var region = environment(OciSettings.SdkRegionVariable)
            ?? throw Unavailable($"the environment variable {OciSettings.SdkRegionVariable}, in which the OCI SDK looks for the region, is not set; it has to be {settings.Region}, as {OciSettings.RegionVariable} is");
        if (settings.Region is { } named && named != region)
            throw Unavailable($"the environment variable {OciSettings.SdkRegionVariable} is '{region}' and {OciSettings.RegionVariable} is '{named}'; they have to be the same");
        OciIdentityProvider.RegionOf(region, $"the environment variable {OciSettings.SdkRegionVariable}");
        if (string.IsNullOrEmpty(environment(HostVariable)))
            throw Unavailable($"the environment variable {HostVariable} is not set; it is in every pod, and nowhere else");
        RequireFile(environment(CertificateVariable) ?? Path.Combine(accountFolder, "ca.crt"), "the cluster's certificate");
        RequireFile(Path.Combine(accountFolder, "token"), "the service account's token");
        try
        {
            return OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider();
        }
        catch (ArgumentException e)
        {
            throw Unavailable(e.Message, e);
        }
    }

    private static void RequireFile(string path, string what)
    {
        if (!File.Exists(path))
            throw Unavailable($"there is no file {path}, {what}; the pod has to be of an enhanced cluster and have automountServiceAccountToken");
    }

    private static ContractException Unavailable(string problem, Exception? cause = null) => OciIdentityProvider.Unavailable(OciIdentity.WorkloadIdentity, problem, cause);
}

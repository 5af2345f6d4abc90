using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A pod's identity: OKE exchanges the service account's token for one of OCI. The SDK does this at the first request, not
/// earlier.</summary>
/// <param name="environment">Returns the value of a variable that the SDK reads from the process's environment, or null.</param>
/// <param name="accountFolder">The folder into which Kubernetes mounts the service account. Only tests use another.</param>
internal sealed class WorkloadIdentity(
    Func<string, string?> environment,
    string accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount")
{
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";

    internal IBasicAuthenticationDetailsProvider Open(OciSettings settings)
    {
        var region = environment(OciSettings.SdkRegionVariable)
            ?? throw Unavailable(
                $"the environment variable {OciSettings.SdkRegionVariable}, from which the OCI SDK reads the region, is not set; "
                + $"it must be {settings.Region}, like {OciSettings.RegionVariable}");
        if (settings.Region is { } configured && configured != region)
        {
            throw Unavailable(
                $"the environment variable {OciSettings.SdkRegionVariable} is '{region}' and {OciSettings.RegionVariable} is "
                + $"'{configured}'; "
                + "they must be the same");
        }

        OciIdentityProvider.FindRegion(region, $"the environment variable {OciSettings.SdkRegionVariable}");
        if (string.IsNullOrEmpty(environment(HostVariable)))
        {
            throw Unavailable(
                $"the environment variable {HostVariable} is not set; Kubernetes sets it in every pod, "
                + "so this process does not run in one");
        }

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

    private static void RequireFile(string path, string content)
    {
        if (!File.Exists(path))
        {
            throw Unavailable(
                $"the file {path} ({content}) does not exist; the pod must run in an enhanced cluster with automountServiceAccountToken");
        }
    }

    private static ContractException Unavailable(string problem, Exception? cause = null) =>
        OciIdentityProvider.Unavailable(OciIdentity.WorkloadIdentity, problem, cause);
}

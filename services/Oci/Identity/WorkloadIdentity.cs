using System.Globalization;
using ModelServing.Contracts;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A pod's identity: OKE exchanges the service account's token for one of OCI. The SDK does this at the first request, not
/// earlier.</summary>
/// <param name="environment">Returns the value of a variable that the SDK reads from the process's environment, or null.</param>
internal sealed class WorkloadIdentity(Func<string, string?> environment)
{
    // The folder into which Kubernetes mounts the service account.
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    // The port of OKE's token service at the API server's address.
    private const int TokenPort = 12250;
    private const string HostVariable = "KUBERNETES_SERVICE_HOST";
    private const string CertificateVariable = "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH";

    internal CallerIdentity Open(OciSettings settings)
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

        var tokenFile = settings.TokenFile ?? Path.Combine(AccountFolder, "token");
        RequireFile(environment(CertificateVariable) ?? Path.Combine(AccountFolder, "ca.crt"), "the cluster's certificate");
        RequireFile(tokenFile, "the service account's token");
        return OciIdentityProvider.Create(
            OciIdentity.WorkloadIdentity,
            string.Create(CultureInfo.InvariantCulture, $"https://{environment(HostVariable)}:{TokenPort} with the token in {tokenFile}"),
            () => OkeWorkloadIdentityAuthenticationDetailsProvider.GetProvider(tokenPath: tokenFile));
    }

    private static void RequireFile(string path, string content)
    {
        if (!File.Exists(path))
        {
            throw Unavailable(
                $"the file {path} ({content}) does not exist; the pod must run in an enhanced cluster with automountServiceAccountToken");
        }
    }

    private static ContractException Unavailable(string problem) =>
        OciIdentityProvider.Unavailable(OciIdentity.WorkloadIdentity, problem);
}

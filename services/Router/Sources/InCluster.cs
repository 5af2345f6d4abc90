using System.Security.Cryptography;
using k8s;
using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>The access of a pod through its service account.</summary>
internal static class InCluster
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly string[] Variables = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];
    private static readonly string[] Files = [$"{Folder}/token", $"{Folder}/ca.crt"];

    /// <exception cref="ContractException">This process is not in a pod with a token, or the certificate there is invalid.</exception>
    internal static KubernetesClientConfiguration Access()
    {
        if (!KubernetesClientConfiguration.IsInCluster())
        {
            var missing = Variables.Where(static name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
                .Concat(Files.Where(static file => !File.Exists(file)));
            throw Wrong($"this process has no access to a cluster's API, because there is no {string.Join(" and no ", missing)}");
        }

        try
        {
            return KubernetesClientConfiguration.InClusterConfig();
        }
        catch (Exception e) when (e is CryptographicException
            or ArgumentException
            or IOException
            or UnauthorizedAccessException
            or FormatException)
        {
            throw Wrong($"the access to the cluster's API can't be read from {string.Join(", ", [.. Variables, .. Files])}: {e.Message}");
        }
    }

    private static ContractException Wrong(string what) => new(
        $"the environment variable {HostEnvironment.NameOf(nameof(RouterSettings.Plan))} names a ConfigMap, but {what}; "
        + "a pod with automountServiceAccountToken: true has them; elsewhere the plan must be file:PATH");
}

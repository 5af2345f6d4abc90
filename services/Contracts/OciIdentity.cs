namespace ModelServing.Contracts;

/// <summary>As whom a program asks OCI's services.</summary>
public enum OciIdentity
{
    /// <summary><c>workload-identity</c>: a pod of an enhanced OKE cluster, by its service account.</summary>
    WorkloadIdentity,

    /// <summary><c>resource-principal</c>: what the platform runs itself, as a Function.</summary>
    ResourcePrincipal,

    /// <summary><c>instance-principal</c>: a compute instance.</summary>
    InstancePrincipal,

    /// <summary><c>config-file</c>: a user, by a profile of the configuration file that OCI's own tools use.</summary>
    ConfigFile,
}

/// <summary>The texts of <see cref="OciIdentity"/>.</summary>
public static class OciIdentities
{
    /// <summary>What a text has to be.</summary>
    public const string Form = "workload-identity, resource-principal, instance-principal or config-file";

    private static readonly Dictionary<OciIdentity, string> Texts = new()
    {
        [OciIdentity.WorkloadIdentity] = "workload-identity",
        [OciIdentity.ResourcePrincipal] = "resource-principal",
        [OciIdentity.InstancePrincipal] = "instance-principal",
        [OciIdentity.ConfigFile] = "config-file",
    };

    /// <summary>The text of an identity.</summary>
    public static string Text(OciIdentity identity) => Texts[identity];

    /// <summary>The identity of a text; null when there is none.</summary>
    public static OciIdentity? Parse(string text) => Texts.Where(pair => pair.Value == text).Select(static pair => (OciIdentity?)pair.Key).FirstOrDefault();
}

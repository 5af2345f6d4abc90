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

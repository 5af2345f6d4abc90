namespace ModelServing.Contracts;

/// <summary>The identity with which a program calls OCI's services.</summary>
public enum OciIdentity
{
    /// <summary><c>workload-identity</c>: a pod of an enhanced OKE cluster, by its service account.</summary>
    WorkloadIdentity,

    /// <summary><c>resource-principal</c>: a program that OCI runs itself, as a function.</summary>
    ResourcePrincipal,

    /// <summary><c>instance-principal</c>: a compute instance.</summary>
    InstancePrincipal,

    /// <summary><c>config-file</c>: a user, by a profile in the configuration file of OCI's own tools.</summary>
    ConfigFile,
}

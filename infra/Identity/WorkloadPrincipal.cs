using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>A pod as OCI identifies it by workload identity: cluster, namespace and service account.</summary>
internal static class WorkloadPrincipal
{
    /// <summary>The conditions that select the pods of a service account.</summary>
    internal static Input<string>[] Conditions(Input<string> clusterId, string kubernetesNamespace, string account) =>
    [
        "request.principal.type='workload'",
        $"request.principal.namespace='{kubernetesNamespace}'",
        $"request.principal.service_account='{account}'",
        Output.Format($"request.principal.cluster_id='{clusterId}'"),
    ];
}

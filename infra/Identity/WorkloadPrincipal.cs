using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>A pod as OCI knows it by workload identity: cluster, namespace and service account.</summary>
internal static class WorkloadPrincipal
{
    /// <summary>The conditions that pick the pods of a service account.</summary>
    internal static Input<string>[] Conditions(Input<string> clusterId, string space, string account) =>
    [
        "request.principal.type='workload'",
        $"request.principal.namespace='{space}'",
        $"request.principal.service_account='{account}'",
        Output.Format($"request.principal.cluster_id='{clusterId}'"),
    ];
}

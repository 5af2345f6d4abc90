using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>A pod as OCI identifies it by workload identity: cluster, namespace and service account.</summary>
internal static class WorkloadPrincipal
{
    /// <summary>The conditions that select the pods of a service account, or of one of several.</summary>
    internal static Input<string>[] Conditions(
        Input<string> clusterId, string kubernetesNamespace, params IReadOnlyList<string> accounts) =>
    [
        "request.principal.type='workload'",
        $"request.principal.namespace='{kubernetesNamespace}'",
        OneOf([.. accounts.Select(static account => $"request.principal.service_account='{account}'")]),
        Output.Format($"request.principal.cluster_id='{clusterId}'"),
    ];

    /// <summary>A condition that holds if any of these does.</summary>
    internal static string OneOf(params IReadOnlyList<string> conditions) =>
        conditions.Count == 1 ? conditions[0] : $"any {{{string.Join(", ", conditions)}}}";
}

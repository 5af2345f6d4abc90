namespace ModelServing.Infra.Network;

/// <summary>The form of a group in the names of resources.</summary>
internal static class NetworkGroupNames
{
    internal static string Slug(this NetworkGroup group) => group switch
    {
        NetworkGroup.ClusterEndpoint => "cluster-endpoint",
        NetworkGroup.Nodes => "nodes",
        NetworkGroup.Pods => "pods",
        NetworkGroup.LoadBalancer => "load-balancer",
        NetworkGroup.Gateway => "gateway",
        NetworkGroup.Functions => "functions",
        NetworkGroup.Cache => "cache",
        NetworkGroup.Egress => "egress",
        NetworkGroup.Runner => "runner",
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };
}

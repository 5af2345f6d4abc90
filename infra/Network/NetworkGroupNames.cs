namespace ModelServing.Infra.Network;

/// <summary>How a group is written in names.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };
}

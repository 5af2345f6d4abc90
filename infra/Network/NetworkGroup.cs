namespace ModelServing.Infra.Network;

/// <summary>The network security groups, one for each subnet.</summary>
internal enum NetworkGroup
{
    /// <summary>The Kubernetes API of the cluster.</summary>
    ClusterEndpoint,

    Nodes,

    /// <summary>All pods of the cluster; the pods of a node pool share one group.</summary>
    Pods,

    /// <summary>The internal load balancer of the routers.</summary>
    LoadBalancer,

    /// <summary>The API Gateway, which clients call.</summary>
    Gateway,

    Functions,

    Cache,
}

namespace ModelServing.Infra.Network;

/// <summary>The network security groups, one for each subnet.</summary>
internal enum NetworkGroup
{
    /// <summary>The Kubernetes API of the cluster.</summary>
    ClusterEndpoint,

    /// <summary>The cluster's nodes.</summary>
    Nodes,

    /// <summary>All pods of the cluster: those of a pool share a group.</summary>
    Pods,

    /// <summary>The internal load balancer of the routers.</summary>
    LoadBalancer,

    /// <summary>The API Gateway: the one door.</summary>
    Gateway,

    /// <summary>The functions.</summary>
    Functions,

    /// <summary>The cache.</summary>
    Cache,
}

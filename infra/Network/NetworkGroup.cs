namespace ModelServing.Infra.Network;

/// <summary>The network security groups. Most are of one subnet.</summary>
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

    /// <summary>The pods that reach the internet, which are in <see cref="Pods"/> too. It has no subnet of its own, and exists only if the
    /// other pods do not reach it.</summary>
    Egress,

    /// <summary>The machine of a pipeline, only if the network has a place for one.</summary>
    Runner,
}

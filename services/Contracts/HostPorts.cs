namespace ModelServing.Contracts;

/// <summary>The ports of hosts in containers.</summary>
public static class HostPorts
{
    /// <summary>The port of every host in a container.</summary>
    public const int Http = 8080;

    /// <summary>The name of that port in a pod and in a Service.</summary>
    public const string HttpName = "http";

    /// <summary>The port of the router's load balancer, which the API Gateway calls.</summary>
    public const int LoadBalancer = 80;

    /// <summary>The port of the admin API of a router in a container. Operators reach it by forwarding a port to a pod; the load balancer
    /// leads there only if a stack turns that on.</summary>
    public const int Admin = 8081;

    /// <summary>The port of the router's load balancer for the admin API, if a stack turns that on.</summary>
    public const int LoadBalancerAdmin = 8081;

    /// <summary>The name of that port in a pod.</summary>
    public const string AdminName = "admin";

    /// <summary>The port of a router in a container for the function TrafficSplitter, if a stack has that function.</summary>
    public const int Split = 8082;

    /// <summary>The port of the load balancer that leads that function to it.</summary>
    public const int LoadBalancerSplit = 8082;

    /// <summary>The port of the nodes to which that load balancer passes connections on with the function's own address. It is a fixed one
    /// of those that Kubernetes does not give away by itself, because a rule of the network names it.</summary>
    public const int NodeSplit = 30082;

    /// <summary>The name of that port in a pod.</summary>
    public const string SplitName = "split";

    /// <summary>The port of a router in a container for gRPC. Clients in the cluster reach it; the API Gateway can't carry
    /// gRPC.</summary>
    public const int Grpc = 8083;

    /// <summary>The name of that port in a pod and in its Service.</summary>
    public const string GrpcName = "grpc";

    /// <summary>The name of that port in a pod of the feature server, which has only <c>/metrics</c> there.</summary>
    public const string MetricsName = "metrics";

    /// <summary>The setting <see cref="HostSettings.Urls"/> of a host in a container: all of its addresses.</summary>
    public static string Urls { get; } = $"http://*:{Http}";

    /// <summary>The setting <see cref="RouterSettings.AdminUrls"/> of a router in a container.</summary>
    public static string AdminUrls { get; } = $"http://*:{Admin}";

    /// <summary>The setting <see cref="RouterSettings.SplitUrls"/> of a router in a container.</summary>
    public static string SplitUrls { get; } = $"http://*:{Split}";

    /// <summary>The setting <see cref="RouterSettings.GrpcUrls"/> of a router in a container.</summary>
    public static string GrpcUrls { get; } = $"http://*:{Grpc}";
}

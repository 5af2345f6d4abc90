namespace ModelServing.Contracts;

/// <summary>The ports of hosts in containers.</summary>
public static class HostPorts
{
    /// <summary>Where every host in a container listens.</summary>
    public const int Http = 8080;

    /// <summary>The name of that port in a pod and in a Service.</summary>
    public const string HttpName = "http";

    /// <summary>The port of the router's load balancer, which the API Gateway calls.</summary>
    public const int LoadBalancer = 80;

    /// <summary>Where the admin API of a router in a container listens. Who may forward a port to a pod reaches it; the load balancer leads
    /// there only where a stack turns that on.</summary>
    public const int Admin = 8081;

    /// <summary>The port of the router's load balancer for the admin API, where there is one.</summary>
    public const int LoadBalancerAdmin = 8081;

    /// <summary>The name of that port in a pod.</summary>
    public const string AdminName = "admin";

    /// <summary>The setting <see cref="HostSettings.Urls"/> of a host in a container: any address of its own.</summary>
    public static string Urls { get; } = $"http://*:{Http}";

    /// <summary>The setting <see cref="RouterSettings.AdminUrls"/> of a router in a container.</summary>
    public static string AdminUrls { get; } = $"http://*:{Admin}";
}

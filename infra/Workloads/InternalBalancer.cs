using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The internal load balancer through which the API Gateway or a function reaches pods: a Service, for which OKE creates a network
/// load balancer.</summary>
internal static class InternalBalancer
{
    private const string Nlb = "oci-network-load-balancer.oraclecloud.com/";

    /// <summary>Creates it and returns its address.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="router">The subnet and the group of load balancers.</param>
    /// <param name="pods">The pods. The Service has their name.</param>
    /// <param name="ports">Its ports, each with the name of the pods' port.</param>
    /// <param name="workload">What creates the pods.</param>
    internal static Output<string> Add(
        ClusterContext context, RouterArgs router, HostPods pods, IReadOnlyList<(string Name, int Port)> ports, Resource workload) =>
        Create(context, pods.Name, Annotations(router), pods, new ServiceSpecArgs
        {
            ExternalTrafficPolicy = "Cluster",
            Ports = [.. ports.Select(static port => PortOf(port.Name, port.Port))],
        }, workload);

    /// <summary>Creates the one for the function TrafficSplitter, and returns its address. A node passes connections only to its own pods,
    /// and changes no address. So the routers see the function's address, and close connections from others.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="router">The subnet and the group of load balancers.</param>
    /// <param name="pods">The routers' pods.</param>
    /// <param name="workload">What creates the pods.</param>
    internal static Output<string> AddForFunction(ClusterContext context, RouterArgs router, HostPods pods, Resource workload)
    {
        var annotations = Annotations(router);
        annotations[Nlb + "is-preserve-source"] = "true";
        // A node whose last router leaves takes no connections. The balancer checks every 10 s, and a router's pod serves for 20 s more.
        annotations[Nlb + "health-check-retries"] = "1";
        var port = PortOf(HostPorts.SplitName, HostPorts.LoadBalancerSplit);
        port.NodePort = HostPorts.NodeSplit;
        var specification = new ServiceSpecArgs { ExternalTrafficPolicy = "Local", Ports = [port] };
        return Create(context, ClusterNames.RouterSplit, annotations, pods, specification, workload);
    }

    private static InputMap<string> Annotations(RouterArgs router) => new()
    {
        ["oci.oraclecloud.com/load-balancer-type"] = "nlb",
        [Nlb + "internal"] = "true",
        [Nlb + "subnet"] = router.LoadBalancerSubnetId,
        [Nlb + "oci-network-security-groups"] = router.LoadBalancerGroupId,
        // NetworkFlows has the rules: the balancer's group admits the gateway's or the functions', and the nodes' group admits the
        // balancer's.
        [Nlb + "security-list-management-mode"] = "None",
        ["oci.oraclecloud.com/security-rule-management-mode"] = "None",
    };

    private static ServicePortArgs PortOf(string name, int port) =>
        new() { Name = name, Port = port, TargetPort = name, Protocol = "TCP" };

    private static Output<string> Create(
        ClusterContext context, string name, InputMap<string> annotations, HostPods pods, ServiceSpecArgs specification, Resource workload)
    {
        specification.Type = "LoadBalancer";
        specification.Selector = pods.Labels;
        var service = new K8s.Core.V1.Service(name, new ServiceArgs
        {
            Metadata = context.Metadata(name, pods.Labels, annotations),
            Spec = specification,
        }, context.Options(ApplyTimes.Service, workload));
        return service.Status.Apply(status => status?.LoadBalancer?.Ingress is { IsDefaultOrEmpty: false } ingress
            ? ingress[0].Ip
            : throw new InvalidOperationException($"the load balancer of {name} has no address"));
    }
}

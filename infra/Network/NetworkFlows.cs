using ModelServing.Contracts;
using ModelServing.Infra.Cache;
using Group = ModelServing.Infra.Network.NetworkGroup;

namespace ModelServing.Infra.Network;

/// <summary>The complete table of allowed connections. Nothing else is let through, because the default security list is empty.
/// The rule that lets a Bastion out is in <see cref="BastionSubnet"/>.</summary>
/// <remarks>To allow a connection: add one line here, and one to the table in docs/infrastructure.md.</remarks>
internal static class NetworkFlows
{
    internal static IEnumerable<NetworkFlow> From(NetworkArgs args)
    {
        var world = new FlowEnd.RangeEnd(AddressRange.World);
        var services = new FlowEnd.OracleServicesEnd();

        yield return new(world, Group.Gateway, Traffic.Tcp(443), "clients to the public API");
        yield return new(Group.Gateway, Group.LoadBalancer, Traffic.Tcp(args.RouterPort), "requests to the routers");
        if (args.RouterAdminPort is { } admin)
            yield return new(Group.Gateway, Group.LoadBalancer, Traffic.Tcp(admin), "operators to the routers' admin API");
        if (args.RouterSplitPort is { } split)
        {
            yield return new(Group.Functions, Group.LoadBalancer, Traffic.Tcp(split), "TrafficSplitter to the routers' splitting port");
            // That load balancer passes connections on with the address that they come from.
            var functions = new FlowEnd.RangeEnd(args.FunctionCidr);
            yield return new(functions, Group.Nodes, Traffic.Tcp(HostPorts.NodeSplit), "TrafficSplitter, through its load balancer");
        }

        yield return new(Group.Gateway, world, Traffic.Tcp(443), "the identity provider's keys");
        yield return new(Group.LoadBalancer, Group.Nodes, Traffic.Tcp(30000, 32767), "requests to the routers' node ports");
        yield return new(Group.LoadBalancer, Group.Nodes, Traffic.Tcp(10256), "health checks of kube-proxy");

        foreach (var range in args.ClusterEndpointAllowedCidrs)
        {
            var outside = new FlowEnd.RangeEnd(range);
            yield return new(outside, Group.ClusterEndpoint, Traffic.Tcp(6443), "operators and pipelines to the Kubernetes API");
        }

        if (args.BastionCidr is { } bastion)
        {
            // A Bastion can't be in a group. BastionSubnet has the other half of this rule.
            var sessions = new FlowEnd.RangeEnd(bastion);
            yield return new(sessions, Group.ClusterEndpoint, Traffic.Tcp(6443), "sessions of the Bastion to the Kubernetes API");
        }

        if (args.RunnerCidr is not null)
        {
            yield return new(Group.Runner, Group.ClusterEndpoint, Traffic.Tcp(6443), "the pipeline's machine to the Kubernetes API");
            yield return new(Group.Runner, services, Traffic.Tcp(443), "the pipeline's machine to Oracle's services");
            yield return new(Group.Runner, world, Traffic.Tcp(443), "the pipeline's machine to its jobs, sources and packages");
        }

        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.Tcp(6443), "kubelets to the Kubernetes API");
        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.Tcp(12250), "nodes to the control plane");
        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.PathDiscovery, "path discovery");
        yield return new(Group.Pods, Group.ClusterEndpoint, Traffic.Tcp(6443), "pods to the Kubernetes API");
        yield return new(Group.Pods, Group.ClusterEndpoint, Traffic.Tcp(12250), "pods to the control plane, for workload identity");
        yield return new(Group.ClusterEndpoint, Group.Nodes, Traffic.Tcp(10250), "the Kubernetes API to kubelets");
        yield return new(Group.ClusterEndpoint, Group.Nodes, Traffic.Icmp, "the Kubernetes API to nodes: is it there, path discovery");
        yield return new(Group.ClusterEndpoint, Group.Pods, Traffic.All, "the Kubernetes API to webhooks and aggregated APIs");
        yield return new(Group.ClusterEndpoint, services, Traffic.Tcp(443), "the control plane to Oracle's services");

        yield return new(Group.Nodes, Group.Nodes, Traffic.All, "nodes to other nodes");
        yield return new(Group.Nodes, Group.Pods, Traffic.All, "probes, and traffic from node ports to pods on other nodes");
        yield return new(Group.Pods, Group.Pods, Traffic.All, "pods to other pods");
        yield return new(Group.Pods, Group.Nodes, Traffic.Tcp(10250), "the metrics server to kubelets");
        // OKE's documentation requires nodes to accept these, without a rule that lets them out.
        yield return new(new FlowEnd.RangeEnd(args.PodCidr), Group.Nodes, Traffic.All, "pods on other nodes, as OKE requires");
        yield return new(
            new FlowEnd.RangeEnd(args.ClusterEndpointCidr), Group.Nodes, Traffic.AllTcp, "the Kubernetes API to nodes, as OKE requires");
        yield return new(Group.Nodes, world, Traffic.PathDiscovery, "path discovery");
        yield return new(world, Group.Nodes, Traffic.PathDiscovery, "path discovery");
        yield return new(Group.Nodes, services, Traffic.AllTcp, "nodes to Oracle's services: images, packages, the control plane");
        yield return new(Group.Pods, services, Traffic.PathDiscovery, "path discovery");
        yield return new(Group.Pods, services, Traffic.Tcp(443), "pods to Oracle's services: bucket, tables, metrics");

        yield return new(Group.Pods, Group.Cache, Traffic.Tcp(CacheComponent.Port), "pods to the cache");
        yield return new(Group.Functions, Group.Cache, Traffic.Tcp(CacheComponent.Port), "functions to the cache");
        yield return new(Group.Functions, services, Traffic.Tcp(443), "functions to Oracle's services");

        if (args.HasEgressGroup)
        {
            yield return new(Group.Egress, world, Traffic.Tcp(443), "routers to the keys of tokens");
        }
        else if (args.InternetEgress)
        {
            yield return new(Group.Nodes, world, Traffic.Tcp(443), "nodes to the internet");
            yield return new(Group.Pods, world, Traffic.Tcp(443), "pods to the internet");
        }
    }
}

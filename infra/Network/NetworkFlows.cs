using ModelServing.Infra.Cache;
using Group = ModelServing.Infra.Network.NetworkGroup;

namespace ModelServing.Infra.Network;

/// <summary>The whole table of who may speak with whom. Nothing else is let through: the default security list is empty.</summary>
/// <remarks>To open a way: one line here, and one in the table of docs/infrastructure.md.</remarks>
internal static class NetworkFlows
{
    internal static IEnumerable<NetworkFlow> From(NetworkArgs args)
    {
        var world = new FlowEnd.OfRange(AddressRange.World);
        var services = new FlowEnd.OfOracleServices();

        yield return new(world, Group.Gateway, Traffic.Tcp(443), "clients to the one public door");
        yield return new(Group.Gateway, Group.LoadBalancer, Traffic.Tcp(args.RouterPort), "requests to the routers");
        if (args.RouterAdminPort is { } admin)
            yield return new(Group.Gateway, Group.LoadBalancer, Traffic.Tcp(admin), "operators to the routers' admin API");
        yield return new(Group.Gateway, world, Traffic.Tcp(443), "the identity provider's keys");
        yield return new(Group.LoadBalancer, Group.Nodes, Traffic.Tcp(30000, 32767), "requests to the routers' node ports");
        yield return new(Group.LoadBalancer, Group.Nodes, Traffic.Tcp(10256), "kube-proxy's health");

        foreach (var range in args.ClusterEndpointAllowedCidrs)
            yield return new(new FlowEnd.OfRange(range), Group.ClusterEndpoint, Traffic.Tcp(6443), "people and pipelines to the Kubernetes API");
        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.Tcp(6443), "kubelets to the Kubernetes API");
        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.Tcp(12250), "nodes to the control plane");
        yield return new(Group.Nodes, Group.ClusterEndpoint, Traffic.PathDiscovery, "path discovery");
        yield return new(Group.Pods, Group.ClusterEndpoint, Traffic.Tcp(6443), "pods to the Kubernetes API");
        yield return new(Group.Pods, Group.ClusterEndpoint, Traffic.Tcp(12250), "pods to the control plane, which is where workload identity is proven");
        yield return new(Group.ClusterEndpoint, Group.Nodes, Traffic.Tcp(10250), "the Kubernetes API to kubelets");
        yield return new(Group.ClusterEndpoint, Group.Nodes, Traffic.PathDiscovery, "path discovery");
        yield return new(Group.ClusterEndpoint, Group.Pods, Traffic.All, "the Kubernetes API to webhooks and aggregated APIs");
        yield return new(Group.ClusterEndpoint, services, Traffic.Tcp(443), "the control plane to Oracle's services");

        yield return new(Group.Nodes, Group.Nodes, Traffic.All, "nodes of one cluster");
        yield return new(Group.Nodes, Group.Pods, Traffic.All, "probes, and node ports to pods elsewhere");
        yield return new(Group.Pods, Group.Pods, Traffic.All, "pods of one cluster");
        yield return new(Group.Pods, Group.Nodes, Traffic.Tcp(10250), "the metrics server to kubelets");
        yield return new(Group.Nodes, services, Traffic.AllTcp, "nodes to Oracle's services: images, packages, the control plane");
        yield return new(Group.Pods, services, Traffic.Tcp(443), "pods to Oracle's services: bucket, tables, metrics");

        yield return new(Group.Pods, Group.Cache, Traffic.Tcp(CacheComponent.Port), "pods to the cache");
        yield return new(Group.Functions, Group.Cache, Traffic.Tcp(CacheComponent.Port), "functions to the cache");
        yield return new(Group.Functions, services, Traffic.Tcp(443), "functions to Oracle's services");

        if (args.InternetEgress)
        {
            yield return new(Group.Nodes, world, Traffic.Tcp(443), "nodes to the internet");
            yield return new(Group.Pods, world, Traffic.Tcp(443), "pods to the internet");
        }
    }
}

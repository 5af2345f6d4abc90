using static ModelServing.Infra.NetworkGroup;

namespace ModelServing.Infra;

/// <summary>The whole table of who may speak with whom. Nothing else is let through: the default security list is empty.</summary>
/// <remarks>To open a way: one line here, and one in the table of docs/infrastructure.md.</remarks>
internal static class NetworkFlows
{
    internal static IEnumerable<NetworkFlow> Of(NetworkArgs args)
    {
        var world = new FlowEnd.OfRange(AddressRange.World);
        var services = new FlowEnd.OfOracleServices();

        yield return new(world, Gateway, Traffic.Tcp(443), "clients to the one public door");
        yield return new(Gateway, LoadBalancer, Traffic.Tcp(args.RouterPort), "requests to the routers");
        yield return new(Gateway, world, Traffic.Tcp(443), "the identity provider's keys");
        yield return new(LoadBalancer, Nodes, Traffic.Tcp(30000, 32767), "requests to the routers' node ports");
        yield return new(LoadBalancer, Nodes, Traffic.Tcp(10256), "kube-proxy's health");

        foreach (var range in args.ClusterEndpointAllowedCidrs)
            yield return new(new FlowEnd.OfRange(range), ClusterEndpoint, Traffic.Tcp(6443), "people and pipelines to the Kubernetes API");
        yield return new(Nodes, ClusterEndpoint, Traffic.Tcp(6443), "kubelets to the Kubernetes API");
        yield return new(Nodes, ClusterEndpoint, Traffic.Tcp(12250), "nodes to the control plane");
        yield return new(Nodes, ClusterEndpoint, Traffic.PathDiscovery, "path discovery");
        yield return new(Pods, ClusterEndpoint, Traffic.Tcp(6443), "pods to the Kubernetes API");
        yield return new(Pods, ClusterEndpoint, Traffic.Tcp(12250), "pods to the control plane, which is where workload identity is proven");
        yield return new(ClusterEndpoint, Nodes, Traffic.Tcp(10250), "the Kubernetes API to kubelets");
        yield return new(ClusterEndpoint, Nodes, Traffic.PathDiscovery, "path discovery");
        yield return new(ClusterEndpoint, Pods, Traffic.All, "the Kubernetes API to webhooks and aggregated APIs");
        yield return new(ClusterEndpoint, services, Traffic.Tcp(443), "the control plane to Oracle's services");

        yield return new(Nodes, Nodes, Traffic.All, "nodes of one cluster");
        yield return new(Nodes, Pods, Traffic.All, "probes, and node ports to pods elsewhere");
        yield return new(Pods, Pods, Traffic.All, "pods of one cluster");
        yield return new(Pods, Nodes, Traffic.Tcp(10250), "the metrics server to kubelets");
        yield return new(Nodes, services, Traffic.AllTcp, "nodes to Oracle's services: images, packages, the control plane");
        yield return new(Pods, services, Traffic.Tcp(443), "pods to Oracle's services: bucket, tables, metrics");

        yield return new(Pods, Cache, Traffic.Tcp(Infra.Cache.Port), "pods to the cache");
        yield return new(Functions, Cache, Traffic.Tcp(Infra.Cache.Port), "functions to the cache");
        yield return new(Functions, services, Traffic.Tcp(443), "functions to Oracle's services");

        if (args.InternetEgress)
        {
            yield return new(Nodes, world, Traffic.Tcp(443), "nodes to the internet");
            yield return new(Pods, world, Traffic.Tcp(443), "pods to the internet");
        }
    }
}

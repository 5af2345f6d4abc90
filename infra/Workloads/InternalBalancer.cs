using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The internal load balancer through which the API Gateway reaches pods: a Service, for which OKE creates a network load
/// balancer.</summary>
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
        ClusterContext context, RouterArgs router, HostPods pods, IReadOnlyList<(string Name, int Port)> ports, Resource workload)
    {
        var service = new K8s.Core.V1.Service(pods.Name, new ServiceArgs
        {
            Metadata = context.Metadata(pods.Name, pods.Labels, new InputMap<string>
            {
                ["oci.oraclecloud.com/load-balancer-type"] = "nlb",
                [Nlb + "internal"] = "true",
                [Nlb + "subnet"] = router.LoadBalancerSubnetId,
                [Nlb + "oci-network-security-groups"] = router.LoadBalancerGroupId,
                // NetworkFlows has the rules: the balancer's group admits the gateway's, and the nodes' group admits the balancer's.
                [Nlb + "security-list-management-mode"] = "None",
                ["oci.oraclecloud.com/security-rule-management-mode"] = "None",
            }),
            Spec = new ServiceSpecArgs
            {
                Type = "LoadBalancer",
                ExternalTrafficPolicy = "Cluster",
                Selector = pods.Labels,
                Ports =
                [
                    .. ports.Select(static port => new ServicePortArgs
                    {
                        Name = port.Name,
                        Port = port.Port,
                        TargetPort = port.Name,
                        Protocol = "TCP",
                    }),
                ],
            },
        }, context.Options(ApplyTimes.Service, workload));
        return service.Status.Apply(status => status?.LoadBalancer?.Ingress is { IsDefaultOrEmpty: false } ingress
            ? ingress[0].Ip
            : throw new InvalidOperationException($"the load balancer of {pods.Name} has no address"));
    }
}

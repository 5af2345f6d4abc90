using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>A Service without an address of its own: its name resolves to the pods.</summary>
internal static class HeadlessService
{
    /// <summary>Creates it. It is created before what creates the pods, and so deleted after it: its name resolves as long as a terminating
    /// pod answers.</summary>
    internal static K8s.Core.V1.Service Add(
        ClusterContext context, string name, HostPods pods, string portName = HostPorts.HttpName, int port = HostPorts.Http)
    {
        return new K8s.Core.V1.Service(name, new ServiceArgs
        {
            // Pulumi would wait for the Service to have pods, which in turn wait for it.
            Metadata = context.Metadata(name, pods.Labels, new InputMap<string> { ["pulumi.com/skipAwait"] = "true" }),
            Spec = new ServiceSpecArgs
            {
                ClusterIP = "None",
                Selector = pods.Labels,
                Ports = [new ServicePortArgs { Name = portName, Port = port, TargetPort = portName, Protocol = "TCP" }],
            },
        }, context.Options(ApplyTimes.Service, pods.Account));
    }
}

using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>A Service without an address of its own: its name resolves to the pods.</summary>
internal static class HeadlessService
{
    /// <summary>Creates that of a version. It comes after the pods that serve the version: if these are others than before, because the
    /// model joins a pool or leaves it, the name leads to the former ones until the new ones are ready.</summary>
    internal static K8s.Core.V1.Service AddForVersion(
        ClusterContext context, ModelName model, ModelVersion version, HostPods pods, params ReadOnlySpan<Resource> after)
    {
        var labels = InputMap<string>.Merge(pods.Labels, new InputMap<string>
        {
            [ClusterNames.ModelLabel] = model.Text,
            [ClusterNames.VersionLabel] = version.ToString(),
        });
        return Add(context, ClusterNames.Version(model, version), pods, labels, HostPorts.HttpName, HostPorts.Http, after);
    }

    /// <summary>Creates one that comes before what creates the pods.</summary>
    internal static K8s.Core.V1.Service Add(
        ClusterContext context, string name, HostPods pods, string portName = HostPorts.HttpName, int port = HostPorts.Http) =>
        Add(context, name, pods, pods.Labels, portName, port);

    private static K8s.Core.V1.Service Add(
        ClusterContext context,
        string name,
        HostPods pods,
        InputMap<string> labels,
        string portName,
        int port,
        params ReadOnlySpan<Resource> after) =>
        new(name, new ServiceArgs
        {
            // Pulumi would wait for the Service to have pods. These are ready already, or wait for it in turn.
            Metadata = context.Metadata(name, labels, new InputMap<string> { ["pulumi.com/skipAwait"] = "true" }),
            Spec = new ServiceSpecArgs
            {
                ClusterIP = "None",
                Selector = pods.Labels,
                Ports = [new ServicePortArgs { Name = portName, Port = port, TargetPort = portName, Protocol = "TCP" }],
            },
        }, context.Options(ApplyTimes.Service, [pods.Account, .. after]));
}

using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The pod of a Deployment or a StatefulSet: it listens, and the kubelet probes it.</summary>
internal sealed record RenderedHost : RenderedPod
{
    private RenderedHost(RenderedResource deployment)
        : base(
            deployment.Name,
            deployment.Inputs.Map("spec", "template"),
            [.. deployment.Inputs.Map("spec").List("volumeClaimTemplates").Cast<ImmutableDictionary<string, object>>()
                .Select(static claim => (string)claim.Map("metadata")["name"])],
            "ports", "startupProbe", "livenessProbe", "readinessProbe", "lifecycle")
    {
        var container = ContainerOf(deployment.Inputs.Map("spec", "template", "spec"));
        var ports = container.List("ports")
            .Cast<ImmutableDictionary<string, object>>()
            .ToDictionary(static port => (string)port["name"], static port => Number(port["containerPort"]));
        Assert.Empty(ports.Keys.Except([HostPorts.HttpName, HostPorts.AdminName, HostPorts.SplitName, HostPorts.GrpcName]));
        Port = ports[HostPorts.HttpName];
        AdminPort = ports.TryGetValue(HostPorts.AdminName, out var admin) ? admin : null;
        SplitPort = ports.TryGetValue(HostPorts.SplitName, out var split) ? split : null;
        GrpcPort = ports.TryGetValue(HostPorts.GrpcName, out var grpc) ? grpc : null;
        Startup = Probe("startupProbe");
        Liveness = Probe("livenessProbe");
        Readiness = Probe("readinessProbe");

        Probe Probe(string kind)
        {
            var get = container.Map(kind, "httpGet");
            return new Probe(get["port"] is string name ? ports[name] : Number(get["port"]), (string)get["path"]);
        }
    }

    internal int Port { get; }

    /// <summary>The port of the admin API; null without one.</summary>
    internal int? AdminPort { get; }

    /// <summary>The port for the function TrafficSplitter; null without one.</summary>
    internal int? SplitPort { get; }

    /// <summary>The port for gRPC; null without one.</summary>
    internal int? GrpcPort { get; }

    internal Probe Startup { get; }

    internal Probe Liveness { get; }

    internal Probe Readiness { get; }

    /// <summary>The hosts of a stack, in the order of their names.</summary>
    internal static IReadOnlyList<RenderedHost> From(RenderedStack run) =>
    [
        .. run.OfType("kubernetes:apps/v1:Deployment").Concat(run.OfType("kubernetes:apps/v1:StatefulSet"))
            .OrderBy(static deployment => deployment.Name, StringComparer.Ordinal)
            .Select(static deployment => new RenderedHost(deployment)),
    ];
}

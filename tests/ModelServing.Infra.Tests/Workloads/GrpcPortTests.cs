using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The routers' port for gRPC, which clients in the cluster reach.</summary>
[Collection(nameof(OneAtATime))]
public class GrpcPortTests
{
    [Fact]
    public async Task A_name_in_the_cluster_leads_to_the_port_that_the_routers_listen_on()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        var pod = RenderedHost.From(run).Single(static host => host.Host == ClusterNames.Router);
        var router = new RouterSettings(new HostEnvironment(pod.Environment.GetValueOrDefault));
        Assert.Equal($"http://*:{pod.GrpcPort}", router.GrpcUrls);

        var services = run.Objects<V1Service>().ToDictionary(static service => service.Metadata.Name);
        var service = services[ClusterNames.RouterGrpc];
        Assert.Equal("None", service.Spec.ClusterIP);
        Assert.Equal(services[ClusterNames.Router].Spec.Selector, service.Spec.Selector);
        var port = Assert.Single(service.Spec.Ports);
        Assert.Equal((HostPorts.Grpc, HostPorts.GrpcName), (port.Port, port.TargetPort.Value));
    }

    // A version's router speaks HTTP/1.1 to it, and the gateway can't carry gRPC.
    [Fact]
    public async Task No_load_balancer_and_no_other_host_has_it()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.All(
            RenderedHost.From(run).Where(static host => host.Host != ClusterNames.Router), static host => Assert.Null(host.GrpcPort));
        Assert.DoesNotContain(
            run.Objects<V1Service>().Where(static service => service.Spec.Type == "LoadBalancer"),
            static service => service.Spec.Ports.Any(static port => port.TargetPort.Value == HostPorts.GrpcName));
    }
}

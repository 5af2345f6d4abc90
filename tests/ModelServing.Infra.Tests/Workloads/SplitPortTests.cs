using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The routers' port for the function TrafficSplitter, and the way to it.</summary>
[Collection(nameof(OneAtATime))]
public class SplitPortTests
{
    [Fact]
    public async Task The_load_balancer_leads_to_the_port_that_the_routers_listen_on()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Splitter));
        var pod = RenderedHost.From(run).Single(static host => host.Host == ClusterNames.Router);
        var router = new RouterSettings(new HostEnvironment(pod.Environment.GetValueOrDefault));

        Assert.Equal($"http://*:{pod.SplitPort}", router.SplitUrls);
        Assert.Equal(HostPorts.Split, pod.SplitPort);
        var service = run.Objects<V1Service>().Single(static each => each.Metadata.Name == ClusterNames.RouterSplit);
        var port = Assert.Single(service.Spec.Ports);
        Assert.Equal(("split", HostPorts.LoadBalancerSplit, HostPorts.NodeSplit), (port.TargetPort.Value, port.Port, port.NodePort));
        var gateways = run.Objects<V1Service>().Single(static each => each.Metadata.Name == ClusterNames.Router);
        Assert.Equal(["http"], gateways.Spec.Ports.Select(static port => port.TargetPort.Value));
        Assert.Equal(gateways.Spec.Selector, service.Spec.Selector);
        // The port of the load balancer is the one that the network's rules let the functions to, and that the function calls.
        Assert.Contains(
            run.OfType("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule"),
            static rule => rule.Name == $"network-load-balancer-from-functions-{HostPorts.LoadBalancerSplit}");
        Assert.Equal(
            $"http://10.0.1.70:{HostPorts.LoadBalancerSplit}",
            run.Single("oci:Functions/function:Function", "splitter-traffic-splitter").Inputs.Map("config")["MODELSERVING_ROUTERS"]);
    }

    // Behind a Service of the policy Cluster, the routers would see the address of a node, whoever connects.
    [Fact]
    public async Task The_routers_see_the_address_of_the_function_and_admit_its_subnet_alone()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Splitter));
        var pod = RenderedHost.From(run).Single(static host => host.Host == ClusterNames.Router);

        Assert.Equal(
            run.Single("oci:Core/subnet:Subnet", "network-functions").Inputs["cidrBlock"],
            new RouterSettings(new HostEnvironment(pod.Environment.GetValueOrDefault)).SplitSources);
        var service = run.Objects<V1Service>().Single(static each => each.Metadata.Name == ClusterNames.RouterSplit);
        Assert.Equal("Local", service.Spec.ExternalTrafficPolicy);
        Assert.Equal("true", service.Metadata.Annotations["oci-network-load-balancer.oraclecloud.com/is-preserve-source"]);
        Assert.Equal("true", service.Metadata.Annotations["oci-network-load-balancer.oraclecloud.com/internal"]);
        // So the nodes get connections from the functions' addresses, at this port alone.
        var rule = run.Single(
            "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule",
            $"network-nodes-from-10.0.3.0-24-{HostPorts.NodeSplit}");
        Assert.Equal(("10.0.3.0/24", "CIDR_BLOCK"), (rule.Inputs["source"], rule.Inputs["sourceType"]));
    }

    [Fact]
    public async Task The_routers_and_the_function_have_the_key_of_the_Vault_and_no_other_pod_has_it()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: $"{SomeStack.Features}\n  {SomeStack.Splitter}"));

        var secret = run.Single("kubernetes:core/v1:Secret", ClusterNames.SplitKey);
        Assert.Equal("a-key-between-function-and-routers", secret.Inputs.Map("stringData")[ClusterNames.SplitKeyKey]);
        Assert.Equal(
            "a-key-between-function-and-routers",
            run.Single("oci:Functions/function:Function", "splitter-traffic-splitter").Inputs.Map("config")["MODELSERVING_SPLIT_KEY"]);
        Assert.Equal(["router"], run.Pods().Where(HasKey).Select(static each => each.Owner));
        // Another version of the key restarts them.
        Assert.Equal(
            ["router"],
            run.Pods().Where(static each => each.Pod.Metadata.Annotations.Contains(new(ClusterNames.SplitKeyVersion, "3")))
                .Select(static each => each.Owner));
        Assert.Contains(
            $"kubernetes:core/v1:Secret {ClusterNames.SplitKey}",
            await run.Single("kubernetes:apps/v1:Deployment", ClusterNames.Router).DependenciesAsync());

        static bool HasKey((string Owner, V1PodTemplateSpec Pod) each) => each.Pod.Spec.Containers.Single().Env.Any(static one =>
            one.Name == HostEnvironment.NameOf(nameof(RouterSettings.SplitKey))
            && one.ValueFrom.SecretKeyRef is { Name: ClusterNames.SplitKey, Key: ClusterNames.SplitKeyKey });
    }

    [Theory]
    [InlineData("")]
    [InlineData("too-short")]
    public async Task A_key_that_is_easy_to_guess_is_refused(string key)
    {
        var code = Environment.ExitCode;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => SomeStack.RunAsync(
            SomeStack.File(more: SomeStack.Splitter), new SomeCloud { SplitKey = key }));
        Environment.ExitCode = code;
        Assert.Contains("the secret with the key of TrafficSplitter must hold 16 to 128", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_function_the_routers_have_no_such_port_and_no_key()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        var pod = RenderedHost.From(run).Single(static host => host.Host == ClusterNames.Router);

        Assert.Null(pod.SplitPort);
        Assert.DoesNotContain(pod.Environment.Keys, static name => name.Contains("SPLIT", StringComparison.Ordinal));
        Assert.DoesNotContain(run.OfCluster(), static made => made.Name is ClusterNames.SplitKey or ClusterNames.RouterSplit);
    }
}

using System.Globalization;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Infra.Tests.Hosts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The settings with which routers follow rollouts: the journal, the cache, their identity, and the admin API.</summary>
[Collection(nameof(OneAtATime))]
public class RouterRolloutsTests
{
    [Fact]
    public async Task The_journal_is_the_stacks_table_and_only_the_routers_pods_may_use_it()
    {
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var router = RouterOf(run);

        var table = run.Single("oci:Nosql/table:Table", "journal").Inputs;
        Assert.Equal($"nosql:{table["compartmentId"]}/{table["name"]}", router.Journal);
        Assert.Equal(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" }, router.Oci);
        // The rights are limited to this table in this compartment, and to these pods.
        var rights = run.Single("oci:Identity/policy:Policy", "policies-router").Inputs.List("statements").Cast<string>()
            .Where(statement => statement.Contains($"'{table["name"]}'", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, rights.Count);
        Assert.All(rights, statement =>
        {
            Assert.Contains($" in compartment id {table["compartmentId"]} where all {{", statement, StringComparison.Ordinal);
            Assert.Contains($", target.nosql-table.name='{table["name"]}'", statement, StringComparison.Ordinal);
            var router = run.Pods().Single(static each => each.Owner == "router").Pod;
            Assert.Contains($"request.principal.service_account='{router.Spec.ServiceAccountName}'", statement, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_snapshot_of_the_journal_is_on_a_writable_volume()
    {
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var pod = RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.Router);
        Assert.Contains(Path.GetDirectoryName(RouterOf(run).JournalSnapshot), pod.Volumes.Select(static volume => volume.Path));
    }

    [Theory]
    [InlineData("nodes: 1", "primary.example.com:6379")]
    [InlineData("mode: sharded, shards: 3", "discovery.example.com:6379")]
    public async Task The_cache_is_the_stacks_with_TLS_and_without_a_password(string cache, string address)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: $$"""modelserving:cache: { {{cache}} }"""));
        var given = RouterOf(run).Cache!;
        Assert.Equal([address], given.Addresses);
        Assert.Equal((true, null, null), (given.Tls, given.User, given.Password));
    }

    [Fact]
    public async Task Their_environment_is_the_stacks_name() =>
        Assert.Equal("some", RouterOf(await SomeStack.OfModelsAsync(SomeStack.Canary)).Environment);

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(1000)]
    public async Task There_are_never_more_routers_than_RoutersMax_even_during_an_update(int max)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: $$"""modelserving:router: { max: {{max}} }"""));
        var (autoscaler, deployment) = (
            run.Objects<V2HorizontalPodAutoscaler>()
                .Single(static made => made.Metadata.Name == "router"), run.Objects<V1Deployment>()
                    .Single(static made => made.Metadata.Name == "router"));
        Assert.Equal(max, autoscaler.Spec.MaxReplicas);
        var surge = int.Parse(((string)deployment.Spec.Strategy.RollingUpdate.MaxSurge).TrimEnd('%'), CultureInfo.InvariantCulture);
        // Kubernetes rounds up.
        Assert.Equal(max + Math.Ceiling(max * surge / 100.0), RouterOf(run).RoutersMax);
    }

    [Fact]
    public async Task The_admin_API_has_its_own_port_which_no_Service_exposes()
    {
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        Assert.Equal("http://*:8080;http://*:8081", RouterOf(run).AllUrls);
        var container = Assert.Single(run.Pods().Single(static each => each.Owner == "router").Pod.Spec.Containers);
        Assert.Equal(
            [("admin", 8081), ("grpc", 8083), ("http", 8080)],
            container.Ports.Select(static port => (port.Name, port.ContainerPort)).Order());
        Assert.All(
            run.Objects<V1Service>().SelectMany(static service => service.Spec.Ports),
            static port => Assert.NotEqual("admin", (string)port.TargetPort));
        Assert.All(
            RenderedHost.From(run).Where(static pod => pod.Host == ClusterNames.Inference), static pod => Assert.Null(pod.AdminPort));
    }

    [Fact]
    public async Task If_the_gateway_leads_to_the_admin_API_the_load_balancer_and_the_network_do_too()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(adminApi: true));
        var service = run.Objects<V1Service>().Single(static service => service.Metadata.Name == "router");
        Assert.Equal(
            [("http", 80, "http"), ("admin", 8081, "admin")],
            service.Spec.Ports.Select(static port => (port.Name, port.Port, (string)port.TargetPort)));
        var routes = ((System.Collections.Immutable.ImmutableDictionary<string, object>)run.Single(
            "oci:ApiGateway/deployment:Deployment",
            "gateway").Inputs["specification"]).List("routes");
        Assert.Single(
            routes.Cast<System.Collections.Immutable.ImmutableDictionary<string, object>>(),
            static route => ((string)route["path"]).StartsWith(AdminPaths.Prefix, StringComparison.Ordinal));
        Assert.Contains("network-gateway-to-load-balancer-8081", run.Resources.Select(static resource => resource.Name));
        Assert.All(
            run.Objects<V1Service>()
                .Where(static service => service.Metadata.Name != "router")
                .SelectMany(static service => service.Spec.Ports),
            static port => Assert.NotEqual("admin", (string)port.TargetPort));
    }

    [Fact]
    public async Task Routers_and_versions_have_the_stacks_limit_of_bodies()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: "modelserving:maxRequestBytes: 1048576"));
        Assert.Equal(1048576, RouterOf(run).MaxRequestBytes);
        Assert.All(
            RenderedHost.From(run).Where(static pod => pod.Host == ClusterNames.Inference),
            static pod => Assert.Equal(
                1048576,
                new InferenceSettings(new HostEnvironment(pod.Environment.GetValueOrDefault)).MaxRequestBytes));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    public async Task Each_stacks_routers_have_their_own_journal_cache_and_environment(string stack)
    {
        var router = RouterOf(await SomeStack.OfRepositoryAsync(stack));
        Assert.EndsWith($"/modelserving_{stack}_journal", router.Journal, StringComparison.Ordinal);
        Assert.NotNull(router.Cache);
        Assert.Equal(stack, router.Environment);
    }

    private static RouterSettings RouterOf(RenderedStack run) =>
        new(new HostEnvironment(
            RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.Router).Environment.GetValueOrDefault));
}

using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>The feature server in the cluster. RestrictedPodsTests covers what all pods share, and RenderedHostTests runs the
/// container.</summary>
[Collection(nameof(OneAtATime))]
public class FeatureServerTests
{
    [Fact]
    public async Task One_pod_at_a_time_has_the_volume_which_outlasts_it()
    {
        var set = SetOf(await RunAsync());

        Assert.Equal((1, "RollingUpdate"), (set.Spec.Replicas, set.Spec.UpdateStrategy.Type));
        // With OrderedReady, an update would wait for a broken pod for ever.
        Assert.Equal("Parallel", set.Spec.PodManagementPolicy);
        Assert.Equal(
            ("Retain", "Retain"),
            (set.Spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted, set.Spec.PersistentVolumeClaimRetentionPolicy.WhenScaled));
        var claim = Assert.Single(set.Spec.VolumeClaimTemplates);
        Assert.Equal(("oci-bv", "Filesystem"), (claim.Spec.StorageClassName, claim.Spec.VolumeMode));
        Assert.Equal("50Gi", claim.Spec.Resources.Requests["storage"].ToString());
        Assert.Equal(["ReadWriteOnce"], claim.Spec.AccessModes);
        var container = Assert.Single(set.Spec.Template.Spec.Containers);
        Assert.Equal(MountPaths.EventsVolume, container.VolumeMounts.Single(mount => mount.Name == claim.Metadata.Name).MountPath);
        Assert.Equal(set.Spec.Template.Metadata.Labels, set.Spec.Selector.MatchLabels);
    }

    [Fact]
    public async Task Its_log_and_its_resources_are_as_the_stack_file_says()
    {
        var run = await RunAsync(
            "modelserving:featureServer: { volumeInGbs: 100, cpu: 250m, memory: 3Gi }",
            "modelserving:features: { views: { card-activity: { versions: [2] }, b: { versions: [1] } }, mode: disk, shipAfter: 90s }");
        var set = SetOf(run);
        var settings = Settings(set);

        Assert.Equal((SpoolMode.Disk, 90, MountPaths.Events), (settings.Log!.Mode, settings.Log.SealSeconds, settings.Log.Folder));
        // 80% of the volume, so that the file system is never full.
        Assert.Equal(80L * 1024 * 1024 * 1024, settings.Log.MostBytes);
        Assert.Equal([new NamedView("b", 1), new NamedView("card-activity", 2)], settings.Views);
        Assert.Equal("100Gi", set.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests["storage"].ToString());
        var resources = set.Spec.Template.Spec.Containers[0].Resources;
        Assert.Equal(("250m", "3Gi"), (resources.Requests["cpu"].ToString(), resources.Limits["memory"].ToString()));
    }

    [Fact]
    public async Task It_reads_the_same_registry_cache_and_clients_as_the_other_hosts()
    {
        var run = await RunAsync();
        var settings = Settings(SetOf(run));

        Assert.Equal("oci:examplespace/modelserving-some-artifacts", settings.Registry);
        Assert.Equal(("primary.example.com:6379", true), (Assert.Single(settings.Cache!.Addresses), settings.Cache.Tls));
        Assert.Equal("some", settings.Environment);
        Assert.Equal(new OciSettings { Identity = OciIdentity.WorkloadIdentity, Region = "eu-frankfurt-1" }, settings.Oci);
        Assert.Equal(HostSources.File(MountPaths.Clients), settings.Clients);
        var pod = SetOf(run).Spec.Template.Spec;
        Assert.Equal(ClusterNames.FeatureServer, pod.ServiceAccountName);
        Assert.Contains(pod.Volumes, static volume => volume.Secret?.SecretName == ClusterNames.Clients);
        Assert.EndsWith("/feature-server@" + SomeStack.Digest('e'), Assert.Single(pod.Containers).Image, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_has_time_to_drain_and_to_ship()
    {
        var pod = SetOf(await RunAsync()).Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);
        var drain = Settings(SetOf(await RunAsync())).DrainTimeout.TotalSeconds;
        var sleep = container.Lifecycle.PreStop.Sleep.Seconds;
        Assert.True(sleep > 0 && drain >= 30);
        Assert.True(pod.TerminationGracePeriodSeconds > sleep + drain);
        Assert.Equal(
            ("/health/live", "/health/live", "/health/ready"),
            (container.StartupProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
    }

    [Fact]
    public async Task The_gateway_reaches_it_through_an_internal_load_balancer_of_its_own()
    {
        var run = await RunAsync();
        var labels = SetOf(run).Spec.Template.Metadata.Labels;
        var services = run.Objects<V1Service>().ToDictionary(service => service.Metadata.Name);

        var headless = services[SetOf(run).Spec.ServiceName];
        Assert.Equal("None", headless.Spec.ClusterIP);
        Assert.Equal(labels, headless.Spec.Selector);
        var balanced = services[ClusterNames.FeatureServer];
        Assert.Equal(("LoadBalancer", HostPorts.LoadBalancer), (balanced.Spec.Type, Assert.Single(balanced.Spec.Ports).Port));
        Assert.Equal(labels, balanced.Spec.Selector);
        Assert.Equal(
            services[ClusterNames.Router].Metadata.Annotations.OrderBy(static pair => pair.Key, StringComparer.Ordinal),
            balanced.Metadata.Annotations.OrderBy(static pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal("true", balanced.Metadata.Annotations["oci-network-load-balancer.oraclecloud.com/internal"]);
        var specification = run.Single("oci:ApiGateway/deployment:Deployment", "gateway").Inputs.Map("specification");
        Assert.Contains(
            specification.List("routes").Cast<System.Collections.Immutable.ImmutableDictionary<string, object>>(),
            static route => (string)route["path"] == "/v1/features/{path*}");
    }

    [Fact]
    public async Task Versions_read_the_views_in_the_cache_that_it_writes()
    {
        var run = await RunAsync();
        var server = Settings(SetOf(run));
        foreach (var deployment in run.Objects<V1Deployment>().Where(static each => each.Metadata.Name != ClusterNames.Router))
        {
            var variables = Variables(deployment.Spec.Template.Spec);
            var inference = new InferenceSettings(new HostEnvironment(variables.GetValueOrDefault));
            Assert.Equal((server.Cache!.ToString(), server.Environment), (inference.Cache!.ToString(), inference.Environment));
        }
    }

    [Fact]
    public async Task Without_views_there_are_no_server_no_account_no_rights_no_route_and_no_image()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            images: "images: { router: {0}, inference: {1}, functions: {2}, jobs: {3} }"));

        Assert.Empty(run.Objects<V1StatefulSet>());
        Assert.DoesNotContain(run.Objects<V1ServiceAccount>(), static account => account.Metadata.Name == ClusterNames.FeatureServer);
        Assert.DoesNotContain(run.Objects<V1Service>(), static service => service.Metadata.Name.StartsWith(
            ClusterNames.FeatureServer, StringComparison.Ordinal));
        Assert.DoesNotContain(
            "modelserving-some-feature-server", run.OfType("oci:Identity/policy:Policy").Select(static policy => policy.Inputs["name"]));
    }

    [Fact]
    public async Task A_changed_view_changes_only_the_feature_server_and_its_jobs()
    {
        var before = (await RunAsync()).Texts();
        var after = (await RunAsync(features: "modelserving:features: { views: { card-activity: { versions: [2, 3] } } }")).Texts();
        var changed = before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key));
        Assert.Equal(
            [
                "kubernetes:apps/v1:StatefulSet feature-server",
                "kubernetes:batch/v1:CronJob feature-export",
                "kubernetes:batch/v1:CronJob feature-rebuild",
            ],
            changed.Order());
    }

    [Fact]
    public void Views_need_the_image()
    {
        var file = SomeStack.File(
            images: "images: { router: {0}, inference: {1}, functions: {2}, jobs: {3} }", more: SomeStack.Features);
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(file));
        Assert.Contains(
            "modelserving:images.featureServer: missing: set it, or remove features.views", fault.Message, StringComparison.Ordinal);
    }

    private static Task<RenderedStack> RunAsync(string more = "", string features = SomeStack.Features) =>
        SomeStack.RunAsync(SomeStack.File(more: more.Length > 0 ? $"{features}\n  {more}" : features));

    private static V1StatefulSet SetOf(RenderedStack run) => Assert.Single(run.Objects<V1StatefulSet>());

    private static FeatureServerSettings Settings(V1StatefulSet set) =>
        new(new HostEnvironment(Variables(set.Spec.Template.Spec).GetValueOrDefault));

    private static Dictionary<string, string> Variables(V1PodSpec pod) =>
        Assert.Single(pod.Containers).Env.ToDictionary(static variable => variable.Name, static variable => variable.Value);
}

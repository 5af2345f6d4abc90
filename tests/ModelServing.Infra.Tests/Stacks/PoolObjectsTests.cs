using System.Collections.Immutable;
using System.Text;
using k8s.Models;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Workloads;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>The objects of a pool in the cluster, and what a change of the pool changes about them.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PoolObjectsTests
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string Autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    private const string Budget = "kubernetes:policy/v1:PodDisruptionBudget";
    private const string ConfigMap = "kubernetes:core/v1:ConfigMap";
    private const string Account = "kubernetes:core/v1:ServiceAccount";
    private const string Service = "kubernetes:core/v1:Service";
    private const string Check = "oci:Functions/invokeFunction:InvokeFunction";

    private const string Pooled = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, deadline: 90s, batchRows: 8, "
        + "pods: { pool: small } }, churn: { stable: { version: 7 }, pods: { pool: small } }, risk: { stable: { version: 1 } }";

    [Fact]
    public async Task The_versions_of_a_pool_share_one_Deployment_and_have_a_Service_each()
    {
        var run = await RunAsync(Pooled);

        var name = NameIn(run);
        Assert.Equal([name, "risk-v1", "router"], Names(run, Deployment));
        Assert.Equal(Names(run, Deployment), Names(run, Autoscaler));
        Assert.Equal(Names(run, Deployment), Names(run, Budget));
        Assert.Equal(["churn-v7", "fraud-v1", "fraud-v2", "risk-v1", "router", "router-grpc"], Names(run, Service));
        var pods = run.Single(Deployment, name).Inputs.Map("spec", "template", "metadata", "labels");
        foreach (var version in (string[])["churn-v7", "fraud-v1", "fraud-v2"])
        {
            var selector = run.Single(Service, version).Inputs.Map("spec", "selector");
            Assert.Equal(pods.OrderBy(static pair => pair.Key), selector.OrderBy(static pair => pair.Key));
        }

        var document = DocumentIn(run);
        Assert.Equal(
            [("churn", 7, 32), ("fraud", 1, 8), ("fraud", 2, 8)],
            document.Versions.Select(static version => (version.Model.Text, version.Version.Number, version.BatchRows)));
        Assert.Equal(name, ClusterNames.ModelPool(document));
    }

    [Fact]
    public async Task A_pools_host_gets_the_document_and_a_folder_that_survives_its_container()
    {
        var run = await RunAsync(Pooled);
        var name = NameIn(run);
        var pod = run.Pods().Single(each => each.Owner == name).Pod;
        var container = Assert.Single(pod.Spec.Containers);
        var settings = new InferenceSettings(new HostEnvironment(
            container.Env.ToDictionary(static one => one.Name, static one => one.Value).GetValueOrDefault));

        Assert.Equal("file:" + MountPaths.Pool, settings.Pool);
        Assert.StartsWith(MountPaths.Scratch + "/", settings.PoolState, StringComparison.Ordinal);
        // The apply ends before a pool is ready without a version that does not open.
        var timeouts = run.Single(Deployment, name).Options.CustomTimeouts!;
        Assert.True(settings.PoolPatience >= timeouts.Create);
        var mount = container.VolumeMounts.Single(static each => each.MountPath == MountPaths.PoolFolder);
        Assert.True(mount.ReadOnlyProperty);
        Assert.Equal(name, pod.Spec.Volumes.Single(volume => volume.Name == mount.Name).ConfigMap.Name);
        Assert.NotNull(pod.Spec.Volumes.Single(volume => volume.Name
            == container.VolumeMounts.Single(static each => each.MountPath == MountPaths.Scratch).Name).EmptyDir);
        // What the models of the pool need is shared, or in the document.
        var log = settings.Predictions!;
        Assert.Equal(("nosql:ocid1.compartment.oc1..some/modelserving_some_predictions", MountPaths.Spool), (log.Store, log.Spool));
        // The longest deadline of a model.
        Assert.True(settings.DrainTimeout >= TimeSpan.FromSeconds(90));
        Assert.True(pod.Spec.TerminationGracePeriodSeconds > (settings.DrainTimeout + DrainTimes.PlanPropagation).TotalSeconds);
    }

    [Fact]
    public async Task A_pool_has_the_size_that_its_settings_say()
    {
        var run = await RunAsync(Pooled, "small: { min: 3, max: 7, cpu: 500m, memory: 3Gi }");
        var name = NameIn(run);

        var spec = run.Single(Autoscaler, name).Inputs.Map("spec");
        Assert.Equal((3d, 7d), (spec["minReplicas"], spec["maxReplicas"]));
        var resources = Assert.Single(run.Pods().Single(each => each.Owner == name).Pod.Spec.Containers).Resources;
        Assert.Equal(("500m", "3Gi", "3Gi"), (
            resources.Requests["cpu"].ToString(), resources.Requests["memory"].ToString(), resources.Limits["memory"].ToString()));
        // All of them are ready before they get the requests of the former ones.
        Assert.Equal(3d, run.Single(Deployment, name).Inputs.Map("spec")["replicas"]);
    }

    [Fact]
    public async Task A_changed_weight_or_size_leaves_the_pods_of_a_pool_as_they_are()
    {
        var before = (await RunAsync(Pooled)).Texts();
        var weight = (await RunAsync(Pooled.Replace("percent: 5", "percent: 6", StringComparison.Ordinal))).Texts();
        Assert.Equal([$"{ConfigMap} plan"], SomeStack.Changed(before, weight));
        var size = (await RunAsync(Pooled, "small: { min: 4 }")).Texts();
        Assert.Equal([$"{Autoscaler} {NameIn(await RunAsync(Pooled))}"], SomeStack.Changed(before, size));
        Assert.Equal(before.Keys.Order(), size.Keys.Order());
    }

    [Fact]
    public async Task A_new_version_makes_other_pods_beside_the_present_ones()
    {
        var (before, after) = (
            await RunAsync(Pooled), await RunAsync(Pooled.Replace("version: 2", "version: 3", StringComparison.Ordinal)));
        var (former, latter) = (NameIn(before), NameIn(after));

        Assert.NotEqual(former, latter);
        string[] ObjectsOf(string pool, int version) =>
        [
            $"{Deployment} {pool}", $"{Autoscaler} {pool}", $"{ConfigMap} {pool}", $"{Service} fraud-v{version}", $"{Budget} {pool}",
            $"{Check} checks-fraud-v{version}",
        ];
        Assert.Equal(ObjectsOf(latter, 3).Order(), after.Texts().Keys.Except(before.Texts().Keys).Order());
        Assert.Equal(ObjectsOf(former, 2).Order(), before.Texts().Keys.Except(after.Texts().Keys).Order());
        Assert.Equal(
            [$"{ConfigMap} plan", $"{Service} churn-v7", $"{Service} fraud-v1"], SomeStack.Changed(before.Texts(), after.Texts()));
    }

    [Fact]
    public async Task A_pool_that_no_model_names_has_no_objects()
    {
        var run = await RunAsync("fraud: { stable: { version: 1 } }");
        Assert.DoesNotContain(run.Resources, static each => each.Name.StartsWith("pool-", StringComparison.Ordinal));
    }

    // Names of models and pools that look like those of objects.
    [Fact]
    public async Task No_two_objects_share_a_name_and_each_is_one_that_Kubernetes_accepts()
    {
        var longest = new string('a', 40);
        string[] models = ["pool", "pool-a", "pool-a-v1", "inference", "router", "a-v1", "a", longest, longest[..38] + "v1"];
        string[] pools = ["a", "a-v1", "0123456789", "a-0123456789", longest];
        var text = string.Join(", ", models.Select((model, i) => i % 2 == 0
            ? $"{model}: {{ stable: {{ version: 1 }}, keepWarm: [999999], pods: {{ pool: '{pools[i % pools.Length]}' }} }}"
            : $"{model}: {{ stable: {{ version: 1 }} }}"));
        var run = await RunAsync(text, string.Join(", ", pools.Select(static pool => $"'{pool}': {{}}")));

        var objects = run.OfCluster().Where(static each => each.Inputs.ContainsKey("metadata")).ToList();
        Assert.Equal(objects.Count, objects.Select(static each => $"{each.Type} {each.Inputs.Map("metadata")["name"]}").Distinct().Count());
        Assert.All(objects, static each =>
        {
            var metadata = each.Inputs.Map("metadata");
            Assert.Matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", (string)metadata["name"]);
            if (each.Type == Service)
                Assert.Matches("^[a-z]", (string)metadata["name"]);
            if (metadata.TryGetValue("labels", out var labels))
            {
                Assert.All(
                    ((ImmutableDictionary<string, object>)labels).Values,
                    static value => Assert.Matches("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$", (string)value));
            }
        });
        // Two Deployments that select the same pods would fight over them.
        var selectors = run.OfType(Deployment)
            .Select(static each => string.Join(',', each.Inputs.Map("spec", "selector", "matchLabels").OrderBy(static pair => pair.Key)))
            .ToList();
        Assert.Equal(selectors.Count, selectors.Distinct().Count());
    }

    [Fact]
    public async Task A_pool_has_an_account_of_its_own_and_its_models_need_none()
    {
        var run = await RunAsync(Pooled);
        Assert.Equal(["inference-risk", "pool-small"], Names(run, Account).Where(static name =>
            name.StartsWith("inference", StringComparison.Ordinal) || name.StartsWith("pool", StringComparison.Ordinal)));
        Assert.Equal("pool-small", run.Pods().Single(each => each.Owner == NameIn(run)).Pod.Spec.ServiceAccountName);
    }

    // Pods read it once, when they start.
    [Theory]
    [InlineData("version: 7 }, pods: { pool: small }", "version: 7 }, pods: { pool: large }")]
    [InlineData("batchRows: 8", "batchRows: 9")]
    [InlineData("deadline: 90s", "deadline: 90s, predictions: { sample: 50 }")]
    public async Task Whatever_the_document_says_is_in_the_name(string former, string latter) => Assert.NotEqual(
        NameIn(await RunAsync(Pooled, "small: {}, large: {}")),
        NameIn(await RunAsync(Pooled.Replace(former, latter, StringComparison.Ordinal), "small: {}, large: {}")));

    private static string NameIn(RenderedStack run) => run.Objects<V1Deployment>().Single(static each =>
        each.Metadata.Labels.TryGetValue(ClusterNames.ModelPoolLabel, out var name) && name == "small").Metadata.Name;

    private static PoolDocument DocumentIn(RenderedStack run) => PoolDocument.Parse(Encoding.UTF8.GetBytes(
        (string)run.Single(ConfigMap, NameIn(run)).Inputs.Map("data")[ClusterNames.ModelPoolKey]));

    private static IEnumerable<string> Names(RenderedStack run, string type) =>
        run.OfType(type).Select(static each => each.Name).Order(StringComparer.Ordinal);

    private static Task<RenderedStack> RunAsync(string models, string pools = "small: {}") =>
        SomeStack.RunAsync(SomeStack.File(models, more: $"modelserving:pools: {{ {pools} }}"));
}

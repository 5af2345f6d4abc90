using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using ModelServing.Stacks;
using ModelServing.TestKit;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Stacks;

[Collection(nameof(OneAtATime))]
public class ServingStackTests
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string Autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    private const string ConfigMap = "kubernetes:core/v1:ConfigMap";
    private const string Service = "kubernetes:core/v1:Service";
    private const string Check = "oci:Functions/invokeFunction:InvokeFunction";
    private const string Budget = "kubernetes:policy/v1:PodDisruptionBudget";

    [Fact]
    public async Task The_first_phase_creates_only_the_foundation_and_lists_the_next_steps()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(images: "", phase: "foundation"));

        string[] later = ["kubernetes:", "oci:ApiGateway/", "oci:Functions/", "oci:Monitoring/"];
        Assert.DoesNotContain(run.Resources, resource => later.Any(start => resource.Type.StartsWith(start, StringComparison.Ordinal)));
        foreach (var type in (string[])[
            "oci:Core/vcn:Vcn",
            "oci:ContainerEngine/cluster:Cluster",
            "oci:Redis/redisCluster:RedisCluster",
            "oci:ObjectStorage/bucket:Bucket",
            "oci:Nosql/index:Index",
        ])
            Assert.Single(run.OfType(type));
        Assert.Equal(
            ["journal", "predictions", "predictions-outcomes"],
            run.OfType("oci:Nosql/table:Table").Select(static table => table.Name).Order());
        Assert.Equal(ImageNames.All.Count, run.OfType("oci:Artifacts/containerRepository:ContainerRepository").Count());
        var next = await OutputUtilities.GetValueAsync(run.Stack.Next);
        Assert.Contains(next, line => line.StartsWith("./dev ms images push --stack some", StringComparison.Ordinal));
        Assert.Contains(next, line => line.StartsWith("./dev ms publish MODEL model.onnx --stack some", StringComparison.Ordinal));
        Assert.Contains(next, line => line.StartsWith("pulumi config set modelserving:phase all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Going_back_to_the_foundation_is_refused_while_something_serves()
    {
        var serving = new SomeCloud { Gateways = [("modelserving-some-gateway", "ACTIVE")] };
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(serving));
        Assert.Contains("phase: the environment serves", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("allowGoingBack: true", failure.ToString(), StringComparison.Ordinal);
        var query = Assert.Single(serving.Calls, static call => call.Token == "oci:ApiGateway/getGateways:getGateways");
        Assert.Equal("ocid1.compartment.oc1..some", query.Args["compartmentId"]);

        // The first apply, another environment's gateway, one that is gone, and permission.
        await RunAsync(new SomeCloud());
        await RunAsync(new SomeCloud { Gateways = [("modelserving-other-gateway", "ACTIVE"), ("modelserving-some-gateway", "DELETED")] });
        await RunAsync(
            new SomeCloud { Gateways = [("modelserving-some-gateway", "ACTIVE")] }, "modelserving:allowGoingBack: true");

        static Task<RenderedStack> RunAsync(SomeCloud cloud, string more = "") => StackRendering.RunAsync(
            cloud, Configuration(SomeStack.File(phase: "foundation", more: more)), "some", isPreview: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_can_not_be_made_again_as_it_was_is_protected_if_the_setting_says_so(bool dataProtection)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: dataProtection ? "" : "modelserving:dataProtection: false"));
        RenderedResource[] all =
        [
            run.Single("oci:ApiGateway/gateway:Gateway", "gateway"), run.Single("oci:ContainerEngine/cluster:Cluster", "cluster"),
            .. run.OfType("oci:Ons/notificationTopic:NotificationTopic"),
        ];
        Assert.Equal(4, all.Length);
        Assert.All(all, resource => Assert.Equal(dataProtection, resource.Options.Protect));
        // It has no data that would be worth paying for after a deletion that was meant.
        Assert.All(all, static resource => Assert.NotEqual(true, resource.Options.RetainOnDelete));
    }

    [Fact]
    public async Task The_second_phase_creates_the_workloads_and_the_gateway_too()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        Assert.Single(run.OfType("oci:ApiGateway/gateway:Gateway"));
        Assert.Equal(["fraud-v1", "fraud-v2", "router"], run.OfType(Deployment).Select(resource => resource.Name).Order());
        Assert.Equal("modelserving-some-artifacts", await OutputUtilities.GetValueAsync(run.Stack.Bucket));
        Assert.Equal(
            run.Plan().Rollouts[ModelName.Parse("fraud")].Revision,
            (await OutputUtilities.GetValueAsync(run.Stack.Revisions))["fraud"]);
        Assert.NotEqual("", await OutputUtilities.GetValueAsync(run.Stack.Api));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    public async Task The_stacks_of_the_repository_render_in_both_phases_before_anything_exists(string stack)
    {
        var text = await File.ReadAllTextAsync(Repository.Combine($"Pulumi.{stack}.yaml"));

        var foundation = await StackRendering.RunAsync(
            new SomeCloud(isApplied: false),
            StackConfiguration.FromFile(text, foundationOnly: true),
            stack);
        var serving = await StackRendering.RunAsync(new SomeCloud(isApplied: false), StackConfiguration.FromFile(text), stack);

        Assert.Empty(foundation.OfType(Deployment));
        Assert.NotEmpty(serving.OfType(Deployment));
        Assert.False(await OutputUtilities.GetIsKnownAsync(serving.Stack.Api));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("5", 500)]
    [InlineData("\"12.5\"", 1250)]
    [InlineData("100", 10_000)]
    public async Task A_canary_exists_whatever_its_share(string percent, int weight)
    {
        var run = await SomeStack.OfModelsAsync($"fraud: {{ stable: {{ version: 1 }}, canary: {{ version: 2, percent: {percent} }} }}");

        Assert.Equal([weight, 10_000 - weight], run.Plan().Rollouts[ModelName.Parse("fraud")].Variants.Select(variant => variant.Weight));
        foreach (var type in (string[])[Deployment, Service, Autoscaler, Budget])
            Assert.Contains(run.OfType(type), resource => resource.Name == "fraud-v2");
    }

    [Fact]
    public async Task A_changed_weight_changes_only_the_plan()
    {
        var before = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Texts();
        var after = (await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("percent: 5", "percent: 10", StringComparison.Ordinal)))
            .Texts();

        Assert.Equal([$"{ConfigMap} plan"], Changed(before, after));
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
    }

    [Fact]
    public async Task A_new_canary_adds_four_objects_and_a_check_and_removes_those_of_the_old_one()
    {
        var before = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Texts();
        var after = (await SomeStack.OfModelsAsync(SomeStack.Canary.Replace("version: 2", "version: 3", StringComparison.Ordinal))).Texts();

        Assert.Equal(
            [
                $"{Deployment} fraud-v3", $"{Autoscaler} fraud-v3", $"{Service} fraud-v3", $"{Budget} fraud-v3", $"{Check} checks-fraud-v3",
            ],
            after.Keys.Except(before.Keys).Order());
        Assert.Equal(
            [
                $"{Deployment} fraud-v2", $"{Autoscaler} fraud-v2", $"{Service} fraud-v2", $"{Budget} fraud-v2", $"{Check} checks-fraud-v2",
            ],
            before.Keys.Except(after.Keys).Order());
        Assert.Equal([$"{ConfigMap} plan"], Changed(before, after));
    }

    [Fact]
    public async Task A_promotion_that_keeps_the_former_stable_warm_only_changes_the_plan_and_replica_minima()
    {
        var canary = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var promoted = await SomeStack.OfModelsAsync("fraud: { stable: { version: 2 }, keepWarm: [1] }");

        Assert.Equal(canary.Texts().Keys.Order(), promoted.Texts().Keys.Order());
        Assert.Equal([$"{Autoscaler} fraud-v2", $"{ConfigMap} plan"], Changed(canary.Texts(), promoted.Texts()));
        Assert.Equal(1d, canary.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        Assert.Equal(2d, promoted.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        var rollout = promoted.Plan().Rollouts[ModelName.Parse("fraud")];
        Assert.Equal(new ModelVersion(2), Assert.Single(rollout.Variants).Version);
        // Routers look up the versions in the plan, and a request may name a version that is kept warm.
        Assert.Equal([new ModelVersion(1)], rollout.KeptWarm);
    }

    [Theory]
    [InlineData(SomeStack.Canary)]
    [InlineData("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 100 } }")]
    [InlineData("fraud: { stable: { version: 1 }, experiment: { name: q4, arms: { treatment: { version: 2, percent: 50 } } } }")]
    [InlineData("fraud: { stable: { version: 1 }, experiment: { name: q4, arms: { left: { version: 2, percent: 50 }, right: { " +
        "version: 3, percent: 50 } } } }")]
    public async Task Stable_keeps_its_replicas_while_a_rollout_is_active(string models)
    {
        var active = await SomeStack.OfModelsAsync(models);
        var alone = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 } }");

        // The capacity for full traffic exists before a rollout and after a rollback: the bounds do not change, and no pod is removed.
        Assert.Equal("Disabled", ScaleDown(active, "fraud-v1")["selectPolicy"]);
        foreach (var bound in (string[])["minReplicas", "maxReplicas"])
            Assert.Equal(
                alone.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")[bound],
                active.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")[bound]);
        Assert.Equal(1d, active.Single(Autoscaler, "fraud-v2").Inputs.Map("spec")["minReplicas"]);
        Assert.DoesNotContain("selectPolicy", ScaleDown(active, "fraud-v2").Keys);
        Assert.DoesNotContain("selectPolicy", ScaleDown(alone, "fraud-v1").Keys);

        static System.Collections.Immutable.ImmutableDictionary<string, object> ScaleDown(RenderedStack run, string name) =>
            run.Single(Autoscaler, name).Inputs.Map("spec", "behavior", "scaleDown");
    }

    [Fact]
    public async Task Two_models_have_their_own_versions()
    {
        var run = await SomeStack.OfModelsAsync($"{SomeStack.Canary}, churn: {{ stable: {{ version: 7 }}, pods: {{ min: 4, memory: " +
            $"3Gi }} }}");

        Assert.Equal(["churn-v7", "fraud-v1", "fraud-v2", "router"], run.OfType(Deployment).Select(resource => resource.Name).Order());
        Assert.Equal(["churn", "fraud"], run.Plan().Rollouts.Keys.Select(name => name.Text));
        Assert.Equal(4d, run.Single(Autoscaler, "churn-v7").Inputs.Map("spec")["minReplicas"]);
        Assert.Equal(2d, run.Single(Autoscaler, "fraud-v1").Inputs.Map("spec")["minReplicas"]);
    }

    [Fact]
    public async Task The_plan_waits_for_the_versions_that_get_traffic_but_not_for_those_kept_warm()
    {
        var run = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, keepWarm: [3] }");

        var before = await run.Single(ConfigMap, "plan").DependenciesAsync();
        Assert.Contains($"{Deployment} fraud-v1", before);
        Assert.Contains($"{Deployment} fraud-v2", before);
        // The autoscaler raises a promoted version's replicas before the plan sends it more traffic.
        Assert.Contains($"{Autoscaler} fraud-v1", before);
        Assert.Contains($"{Autoscaler} fraud-v2", before);
        Assert.DoesNotContain($"{Deployment} fraud-v3", before);
        Assert.Contains($"{ConfigMap} plan", await run.Single(Deployment, "router").DependenciesAsync());
    }

    [Fact]
    public async Task A_removed_version_is_deleted_after_the_plan_and_its_Service_outlasts_its_pods()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        foreach (var deployment in run.OfType(Deployment).Where(resource => resource.Name != "router"))
        {
            Assert.Contains($"{Service} {deployment.Name}", await deployment.DependenciesAsync());
            Assert.NotEqual(true, deployment.Options.RetainOnDelete);
            Assert.NotEqual(true, deployment.Options.Protect);
            // Pulumi deletes last, so after it has updated the plan.
            Assert.NotEqual(true, ((CustomResourceOptions)deployment.Options).DeleteBeforeReplace);
            // Otherwise the Service would wait for pods, which in turn wait for the Service.
            Assert.Equal("true", run.Single(Service, deployment.Name).Inputs.Map("metadata", "annotations")["pulumi.com/skipAwait"]);
        }
    }

    [Fact]
    public async Task Every_object_of_the_cluster_uses_the_provider_that_updates_ConfigMaps_in_place()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        var provider = Assert.Single(run.OfType("pulumi:providers:kubernetes"));
        Assert.Equal("true", provider.Inputs["enableConfigMapMutable"].ToString(), ignoreCase: true);
        Assert.DoesNotContain("immutable", run.Single(ConfigMap, "plan").Inputs.Keys);
        var ours = run.Resources.Where(resource => resource.Type.StartsWith("kubernetes:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        Assert.All(ours, resource => Assert.Same(provider.Resource, ((CustomResourceOptions)resource.Options).Provider));
    }

    [Fact]
    public async Task Objects_in_the_cluster_come_after_the_network_and_the_nodes_and_go_before_them()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.Equal(
            ["modelserving:infra:Network network", "modelserving:infra:Cluster cluster"],
            await Assert.Single(run.OfType("pulumi:providers:kubernetes")).DependenciesAsync());
    }

    [Fact]
    public async Task Every_resource_belongs_to_a_component()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: "modelserving:alarms: { emails: [a@example.com] }"));

        var ours = run.Resources.Where(resource => resource.Resource is CustomResource and not ProviderResource).ToList();
        Assert.NotEmpty(ours);
        Assert.All(
            ours,
            resource => Assert.True(resource.Options.Parent is ComponentResource and not Pulumi.Stack, $"{resource.Type} {resource.Name}"));
    }

    [Fact]
    public async Task Routers_versions_and_functions_share_the_journal_the_cache_and_the_environment()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());

        var configuration = run.Single("oci:Functions/application:Application", "functions").Inputs.Map("config");
        var functions = new FunctionsHostSettings(new HostEnvironment(name => (string?)configuration.GetValueOrDefault(name)));
        var router = new RouterSettings(Pod("router"));
        var inference = new InferenceSettings(Pod("fraud-v1"));
        Assert.Equal(router.Journal, functions.Journal);
        Assert.Equal((router.Environment, router.Cache!.ToString()), (functions.Environment, functions.Cache!.ToString()));
        Assert.Equal((inference.Environment, inference.Cache!.ToString()), (functions.Environment, functions.Cache!.ToString()));
        Assert.Equal(inference.Registry, functions.Registry);
        // Alarms evaluate the metrics of the compartment that the functions post to.
        Assert.Equal("oci:ocid1.compartment.oc1..some", functions.Monitoring);
        Assert.All(
            run.OfType("oci:Monitoring/alarm:Alarm"),
            alarm => Assert.Equal(functions.Monitoring, "oci:" + alarm.Inputs["metricCompartmentId"]));
        Assert.Equal(new OciSettings { Identity = OciIdentity.ResourcePrincipal, Region = "eu-frankfurt-1" }, functions.Oci);
        Assert.Equal(TimeSpan.FromMinutes(1), functions.Minute);

        HostEnvironment Pod(string name) => new(Hosts.RenderedHost.From(run).Single(pod => pod.Name == name).Environment.GetValueOrDefault);
    }

    [Fact]
    public async Task A_new_functions_image_changes_only_the_functions_and_the_minute_job()
    {
        var before = (await SomeStack.RunAsync(SomeStack.File())).Texts();
        var after = (await SomeStack.RunAsync(SomeStack.File()
            .Replace(SomeStack.Digest('c'), SomeStack.Digest('d'), StringComparison.Ordinal))).Texts();

        Assert.Equal(
            [
                "kubernetes:batch/v1:CronJob model-metrics",
                "oci:Functions/function:Function functions-model-loader",
                "oci:Functions/function:Function functions-model-metrics",
                "oci:Functions/function:Function functions-rollback",
            ],
            Changed(before, after));
    }

    [Fact]
    public async Task The_region_comes_from_the_settings_and_not_from_the_machine()
    {
        var cloud = new SomeCloud(true, "models/fraud/1/manifest.json", "models/fraud/2/manifest.json")
        {
            Subscriptions = ["us-ashburn-1", "eu-frankfurt-1"],
        };
        var run = await StackRendering.RunAsync(
            cloud,
            Configuration(SomeStack.File(more: "modelserving:homeRegion: us-ashburn-1")),
            "some",
            isPreview: false);

        Assert.Equal("eu-frankfurt-1", run.Single("pulumi:providers:oci", "region").Inputs["region"]);
        Assert.Equal("us-ashburn-1", run.Single("pulumi:providers:oci", "home").Inputs["region"]);
        Assert.NotEmpty(cloud.Providers);
        Assert.All(cloud.Providers, made => Assert.Contains(
            made.What is "oci:Identity/policy:Policy" or "oci:Identity/dynamicGroup:DynamicGroup" ? "::home::" : "::region::",
            made.Provider,
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("modelserving:homeRegion: eu-frankfurt-1")]
    public async Task Policies_and_what_needs_them_share_a_provider_if_the_home_region_is_the_environments(string more)
    {
        var cloud = new SomeCloud(true, SomeStack.Published);
        var run = await StackRendering.RunAsync(cloud, Configuration(SomeStack.File(more: more)), "some", isPreview: false);

        // Only the process that wrote a policy knows that it takes time to become effective, and repeats what is refused until then.
        var provider = Assert.Single(run.OfType("pulumi:providers:oci"));
        Assert.Equal("eu-frankfurt-1", provider.Inputs["region"]);
        Assert.Contains(cloud.Providers, static made => made.What == "oci:Identity/policy:Policy");
        Assert.Contains(cloud.Providers, static made => made.What == "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy");
        Assert.Single(cloud.Providers.Select(static made => made.Provider).Distinct());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("inprocess", false)]
    [InlineData("file", false)]
    [InlineData("file,", false)]
    [InlineData("file,/tmp/consistency", true)]
    [InlineData("FILE,/tmp/consistency", true)]
    public void Providers_of_two_regions_share_a_file_if_the_SDKs_setting_names_one(string? setting, bool shares) =>
        Assert.Equal(shares, ModelServing.Stacks.Composition.StackContext.SharesFile(setting));

    [Fact]
    public async Task Versions_that_were_published_before_ModelLoader_are_checked_at_the_end_of_the_apply()
    {
        var run = await SomeStack.OfModelsAsync("fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, keepWarm: [3] }");

        var calls = run.OfType("oci:Functions/invokeFunction:InvokeFunction").OrderBy(static call => call.Name).ToList();
        Assert.Equal(["checks-fraud-v1", "checks-fraud-v2", "checks-fraud-v3"], calls.Select(static call => call.Name));
        // Detached, so a slow check fails no apply; and last, because a new function gets its rights only after some minutes.
        Assert.All(calls, static call => Assert.Equal(
            ("ocid1.fnfunc.functions-model-loader", "detached"), ((string)call.Inputs["functionId"], (string)call.Inputs["fnInvokeType"])));
        foreach (var call in calls)
        {
            Assert.Equal(
                ["modelserving:infra:FunctionPolicies function-policies", "modelserving:infra:Gateway gateway"],
                await call.DependenciesAsync());
        }

        // ModelLoaderTests sends the same text. It is an event that the rule lets through.
        const string Event = "{\"eventType\":\"com.oraclecloud.objectstorage.createobject\",\"eventID\":\"apply-fraud-1\",\"data\":{"
            + "\"resourceName\":\"models/fraud/1/manifest.json\",\"additionalDetails\":{\"bucketName\":\"modelserving-some-artifacts\","
            + "\"namespace\":\"examplespace\"}}}";
        Assert.Equal(Event, calls[0].Inputs["invokeFunctionBody"]);
        var rule = (string)Assert.Single(run.OfType("oci:Events/rule:Rule")).Inputs["condition"];
        Assert.Contains("com.oraclecloud.objectstorage.createobject", rule, StringComparison.Ordinal);
        Assert.Contains("models/*/manifest.json", rule, StringComparison.Ordinal);
        Assert.Contains("modelserving-some-artifacts", rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_published_fails_the_run_and_its_setting_is_named()
    {
        var configuration = Configuration(SomeStack.File());
        var both = new SomeCloud(true, "models/fraud/1/manifest.json", "models/fraud/2/manifest.json");
        await StackRendering.RunAsync(both, configuration, "some", isPreview: false);
        Assert.Equal(2, both.Calls.Count(call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal)));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, "models/fraud/1/manifest.json", "models/fraud/2/model.onnx"),
            configuration,
            "some",
            isPreview: false));
        Assert.Contains("modelserving:models.fraud.canary.version", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("models.fraud.stable.version", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_with_other_inputs_fails_the_run_unless_the_file_allows_it()
    {
        var other = SomeArtifacts.Contents(canary: static manifest => manifest with { Inputs = [new("area", Datatype.Fp32, [-1, 1])] });
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, SomeStack.Published) { Contents = other }, Configuration(SomeStack.File()), "some", isPreview: false));
        Assert.Contains(
            "modelserving:models.fraud.canary.version: version 2 of fraud can't answer all requests of the stable version 1: it does not " +
            "take the input 'x'; it needs the input area FP32 [-1,1].",
            failure.ToString(),
            StringComparison.Ordinal);

        await StackRendering.RunAsync(
            new SomeCloud(true, SomeStack.Published) { Contents = other },
            Configuration(SomeStack.File(
                SomeStack.Canary.Replace("percent: 5", "percent: 5, allowOtherInterface: true", StringComparison.Ordinal))),
            "some",
            isPreview: false);
    }

    [Fact]
    public async Task A_view_that_is_not_published_fails_the_run_and_its_setting_is_named()
    {
        var configuration = Configuration(SomeStack.File(more: SomeStack.Features));
        string[] published = [.. SomeStack.Published, "features/card-activity/v1/definition.json"];
        await StackRendering.RunAsync(
            new SomeCloud(true, [.. published, "features/card-activity/v2/definition.json"]), configuration, "some", isPreview: false);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StackRendering.RunAsync(
            new SomeCloud(true, published), configuration, "some", isPreview: false));
        Assert.Contains("modelserving:features.views.card-activity.versions[1]", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("ms features apply", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("versions[0]", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bucket_is_not_queried_before_it_exists_or_offline()
    {
        var unborn = new SomeCloud(isApplied: false);
        await StackRendering.RunAsync(unborn, Configuration(SomeStack.File()), "some", isPreview: true);
        Assert.DoesNotContain(unborn.Calls, call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal));

        var offline = new SomeCloud();
        await SomeStack.RunAsync(SomeStack.File(), offline);
        Assert.DoesNotContain(offline.Calls, call => call.Token!.EndsWith(":getObjects", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fixed_settings_give_the_golden_rendering()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));
        var text = string.Concat(run.Texts()
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"# {pair.Key}\n{pair.Value}\n"));
        var golden = Repository.Combine("tests", "ModelServing.Infra.Tests", "Stacks", "golden.txt");
        var actual = Path.Combine(AppContext.BaseDirectory, "golden.txt");
        await File.WriteAllTextAsync(actual, text);
        Assert.True(
            File.Exists(golden) && await File.ReadAllTextAsync(golden) == text,
            $"The rendering of the tests' fixed settings differs from {golden}. If that is intended, copy {actual} over it and review " +
                $"the diff.");
    }

    private static IEnumerable<string> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        before.Keys.Intersect(after.Keys).Where(key => before[key] != after[key]).Order(StringComparer.Ordinal);

    private static StackConfiguration Configuration(string file) => StackConfiguration.FromFile(file).Online();
}

using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Stacks;
using ModelServing.TestKit;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Stacks;

[Collection(nameof(OneAtATime))]
public class ServingStackTests
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string ConfigMap = "kubernetes:core/v1:ConfigMap";

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
        Assert.Contains(next, line => line.StartsWith("pulumi config set --stack some modelserving:phase all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_API_has_the_name_and_the_certificate_of_the_stack_file()
    {
        const string Certificate = "ocid1.certificate.oc1.eu-frankfurt-1.some";
        var run = await SomeStack.RunAsync(SomeStack.File().Replace(
            "audiences: [some]",
            $"audiences: [some], domain: {{ name: models.example.com, certificate: {Certificate} }}",
            StringComparison.Ordinal));

        Assert.Equal(Certificate, run.Single("oci:ApiGateway/gateway:Gateway", "gateway").Inputs["certificateId"]);
        Assert.Equal("https://models.example.com", await OutputUtilities.GetValueAsync(run.Stack.Api));
        Assert.NotEmpty(await OutputUtilities.GetValueAsync(run.Stack.ApiAddresses));
    }

    // Another stack may be selected, and its settings would be changed.
    [Theory]
    [InlineData("foundation", 7)]
    [InlineData("all", 3)]
    public async Task Every_next_step_names_its_stack(string phase, int count)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(phase: phase, more: SomeStack.Features));
        var steps = (await OutputUtilities.GetValueAsync(run.Stack.Next))
            .Where(static line => line.Split(' ')[0] is "pulumi" or "./dev")
            .ToList();
        Assert.Equal(count, steps.Count);
        Assert.All(steps, static step => Assert.Contains(" --stack some ", step.Split('#')[0], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Odd_Name", "it must be a letter, then a-z and 0-9")]
    [InlineData("a-name-that-is-longer-than-thirty", "has 33 characters; the limit is 30")]
    public async Task A_name_that_resources_can_not_begin_with_is_a_fault_with_the_way_out(string stack, string text)
    {
        var fault = await Assert.ThrowsAsync<RunException>(() => StackRendering.RunAsync(
            new SomeCloud(), StackConfiguration.FromFile(SomeStack.File()), stack, isPreview: false));
        Assert.Contains(text, fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("Choose another name of the stack, and rename its file", fault.Message.TrimEnd(), StringComparison.Ordinal);
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
            cloud, SomeStack.Online(SomeStack.File(phase: "foundation", more: more)), "some", isPreview: false);
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
    [InlineData("dev-function")]
    [InlineData("staging-function")]
    [InlineData("prod-function")]
    public async Task The_stacks_of_the_repository_render_in_both_phases_before_anything_exists(string stack)
    {
        var text = await SomeStack.FileOfRepositoryAsync(stack);

        var foundation = await StackRendering.RunAsync(
            new SomeCloud(isApplied: false),
            StackConfiguration.FromFile(text, foundationOnly: true),
            stack);
        var serving = await StackRendering.RunAsync(new SomeCloud(isApplied: false), StackConfiguration.FromFile(text), stack);

        Assert.Empty(foundation.OfType(Deployment));
        Assert.NotEmpty(serving.OfType(Deployment));
        Assert.False(await OutputUtilities.GetIsKnownAsync(serving.Stack.Api));
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
            SomeStack.Changed(before, after));
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
            SomeStack.Online(SomeStack.File(more: "modelserving:homeRegion: us-ashburn-1")),
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
        var run = await StackRendering.RunAsync(cloud, SomeStack.Online(SomeStack.File(more: more)), "some", isPreview: false);

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
    public async Task Fixed_settings_give_the_golden_rendering()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));
        var text = string.Concat(run.Texts(all: true)
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
}

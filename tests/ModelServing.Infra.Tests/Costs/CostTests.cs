using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Costs;

/// <summary>The tags for tracking costs, and the budget.</summary>
[Collection(nameof(OneAtATime))]
public class CostTests
{
    private const string Namespace = "oci:Identity/tagNamespace:TagNamespace";
    private const string Key = "oci:Identity/tag:Tag";
    private const string Budget = "oci:Budget/budget:Budget";
    private const string Rule = "oci:Budget/rule:Rule";

    [Fact]
    public async Task Without_the_settings_there_are_neither_tags_nor_a_budget()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        Assert.DoesNotContain(run.Resources, static each => each.Type is Namespace or Key or Budget or Rule);
        Assert.DoesNotContain(run.Resources, static each => each.Inputs.ContainsKey("definedTags"));
        Assert.All(run.OfType("pulumi:providers:oci"), static each => Assert.DoesNotContain("ignoreDefinedTags", each.Inputs.Keys));
    }

    [Fact]
    public async Task Every_resource_that_accepts_tags_has_its_environment_and_its_component()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: "modelserving:costs: { tagNamespace: Platform }"));

        var tagged = run.Resources.Where(static each => each.Resource is CustomResource and not ProviderResource
            && each.Args.GetType().GetProperty("DefinedTags") is not null).ToList();
        Assert.True(tagged.Count > 50);
        Assert.All(tagged, static each => Assert.Equal(
            Tags(((Resource)each.Options.Parent!).GetResourceName()), each.Inputs.Map("definedTags").ToDictionary(Text, Value)));
        Assert.Contains(tagged, static each => each.Inputs.Map("definedTags")["Platform.component"].Equals("network"));

        // What OKE makes from them causes most of the costs.
        var expected = Tags("cluster");
        foreach (var pool in run.OfType("oci:ContainerEngine/nodePool:NodePool"))
            Assert.Equal(expected, pool.Inputs.Map("nodeConfigDetails", "definedTags").ToDictionary(Text, Value));
        var options = Assert.Single(run.OfType("oci:ContainerEngine/cluster:Cluster")).Inputs.Map("options");
        Assert.Equal(expected, options.Map("serviceLbConfig", "definedTags").ToDictionary(Text, Value));
        Assert.Equal(expected, options.Map("persistentVolumeConfig", "definedTags").ToDictionary(Text, Value));

        // Another stack makes the definitions. OCI's own tags stay.
        Assert.Empty(run.OfType(Namespace));
        Assert.Contains(
            "Oracle-Tags.CreatedBy", Assert.Single(run.OfType("pulumi:providers:oci")).Inputs["ignoreDefinedTags"].ToString()!,
            StringComparison.Ordinal);

        static Dictionary<string, object> Tags(string component) =>
            new() { ["Platform.environment"] = "some", ["Platform.component"] = component };

        static string Text(KeyValuePair<string, object> pair) => pair.Key;

        static object Value(KeyValuePair<string, object> pair) => pair.Value;
    }

    [Fact]
    public async Task One_stack_makes_the_keys_for_cost_tracking_in_the_home_region_before_anything_has_them()
    {
        var cloud = new SomeCloud(true, SomeStack.Published) { Subscriptions = ["us-ashburn-1", "eu-frankfurt-1"] };
        var run = await StackRendering.RunAsync(
            cloud,
            StackConfiguration.FromFile(SomeStack.File(
                more: "modelserving:costs: { tagNamespace: Platform, createTags: true }\n  modelserving:homeRegion: us-ashburn-1"))
                .Online(),
            "some",
            isPreview: false);

        Assert.Equal("Platform", Assert.Single(run.OfType(Namespace)).Inputs["name"]);
        Assert.Equal(
            ["component True", "environment True"],
            run.OfType(Key).Select(static key => $"{key.Inputs["name"]} {key.Inputs["isCostTracking"]}").Order());
        // They belong to the tenancy, and OCI needs up to two days to delete one.
        Assert.All(run.OfType(Key).Concat(run.OfType(Namespace)), static each =>
        {
            Assert.True(each.Options.RetainOnDelete);
            Assert.True(each.Options.Protect);
            Assert.DoesNotContain("definedTags", each.Inputs.Keys);
        });
        Assert.All(
            cloud.Providers.Where(static made => made.What is Namespace or Key),
            static made => Assert.Contains("::home::", made.Provider, StringComparison.Ordinal));
        Assert.Equal(
            "network", Assert.Single(run.OfType("oci:Core/vcn:Vcn")).Inputs.Map("definedTags")["Platform.component"]);
    }

    [Fact]
    public async Task A_budget_watches_the_compartment_and_tells_people_of_spending_and_of_its_forecast()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(
            phase: "foundation",
            more: "modelserving:costs: { budget: { amount: 500, alertPercent: 75, emails: [a@example.com, b@example.com] } }"));

        var budget = Assert.Single(run.OfType(Budget)).Inputs;
        // A budget belongs to the root compartment, whatever it watches.
        Assert.Equal("ocid1.tenancy.oc1..some", budget["compartmentId"]);
        Assert.Equal(["ocid1.compartment.oc1..some"], budget.List("targets"));
        Assert.Equal(("COMPARTMENT", 500d, "MONTHLY"), (budget["targetType"], budget["amount"], budget["resetPeriod"]));
        Assert.Equal(
            ["ACTUAL 75 PERCENTAGE a@example.com, b@example.com", "FORECAST 100 PERCENTAGE a@example.com, b@example.com"],
            run.OfType(Rule).Select(static rule =>
                $"{rule.Inputs["type"]} {rule.Inputs["threshold"]} {rule.Inputs["thresholdType"]} {rule.Inputs["recipients"]}").Order());
        Assert.All(run.OfType(Rule), static rule => Assert.Equal("budget-id", rule.Inputs["budgetId"]));
    }

    [Theory]
    [InlineData("{ createTags: true }", "modelserving:costs.createTags:")]
    [InlineData("{ tagNamespace: 'a.b' }", "modelserving:costs.tagNamespace:")]
    [InlineData("{ budget: { amount: 0, emails: [a@example.com] } }", "modelserving:costs.budget.amount:")]
    [InlineData("{ budget: { amount: 5, emails: [] } }", "modelserving:costs.budget.emails:")]
    [InlineData("{ budget: { amount: 5 } }", "modelserving:costs.budget.emails:")]
    public void A_fault_is_named_with_its_path(string costs, string path)
    {
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(SomeStack.File(more: $"modelserving:costs: {costs}")));
        Assert.Contains($"  {path} ", fault.Message, StringComparison.Ordinal);
    }
}

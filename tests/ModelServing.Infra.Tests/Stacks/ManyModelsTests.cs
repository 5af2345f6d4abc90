using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Infra.Tests.Stacks.Preview;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>What a stack with many models has more of.</summary>
[Collection(nameof(OneAtATime))]
public sealed class ManyModelsTests
{
    // OCI limits routes of a gateway, alarms of a compartment, rules of a group, and more of the kind.
    [Fact]
    public async Task Only_policies_grow_with_the_number_of_models_in_OCI()
    {
        var few = await SomePreview.RenderAsync(File(2));
        var many = await SomePreview.RenderAsync(File(60));
        Assert.Equal(Oci(few), Oci(many));

        // Their inputs are as long too.
        static IEnumerable<(string, string, int)> Oci(StackSnapshot stack) => stack.Resources
            // A call of ModelLoader for each version has no limit, and policies have a rule.
            .Where(static each => !each.IsKubernetes && each.Type is not (ResourceTypes.Policy or ResourceTypes.FunctionCall))
            .Select(static each => (each.Type, each.Name, each.Inputs.ToJsonString().Length));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(100)]
    public async Task The_rule_about_policies_knows_how_many_statements_there_are(int models)
    {
        var statements = (await SomePreview.RenderAsync(SomeStack.WithEveryRight(Models(models)))).Resources
            .Where(static each => each.Type == ResourceTypes.Policy)
            .Sum(static each => ((JsonArray)each.Inputs["statements"]!).Count);
        // As in services/Settings/Cloud/SizeRules.cs.
        Assert.Equal(65 + models + 3 * ((models + 46) / 47), statements);
    }

    // Each pool has a statement for 46 of its models, whose accounts are named all the same.
    [Theory]
    [InlineData(40, 10, 10 + 1, 42)]
    [InlineData(47, 1, 1 + 1, 49)]
    [InlineData(100, 0, 3, 102)]
    public async Task Models_in_a_pool_share_its_statements(int models, int own, int readers, int accounts)
    {
        var text = Models(models);
        for (var i = own; i < models; i++)
        {
            text = text.Replace(
                string.Create(CultureInfo.InvariantCulture, $"model-{i:000}: {{ "),
                string.Create(CultureInfo.InvariantCulture, $"model-{i:000}: {{ pods: {{ pool: small }}, "),
                StringComparison.Ordinal);
        }

        var file = SomeStack.WithEveryRight(text) + "\n  modelserving:pools: { small: {}, empty: {} }";
        var policies = (await SomePreview.RenderAsync(file)).Resources
            .Where(static each => each.Type == ResourceTypes.Policy)
            .Select(static each => ((JsonArray)each.Inputs["statements"]!).Count)
            .ToList();
        Assert.Equal(65 + readers + 3 * ((accounts + 46) / 47), policies.Sum());
        Assert.All(policies, static count => Assert.InRange(count, 1, 50));
    }

    private static string File(int models) => SomeStack.File(Models(models));

    private static string Models(int models)
    {
        var text = new StringBuilder();
        for (var i = 0; i < models; i++)
        {
            text.Append(i > 0 ? ", " : "")
                .Append(CultureInfo.InvariantCulture, $"model-{i:000}: ")
                .Append("{ stable: { version: 1 }, canary: { version: 2, percent: 5 } }");
        }

        return text.ToString();
    }
}

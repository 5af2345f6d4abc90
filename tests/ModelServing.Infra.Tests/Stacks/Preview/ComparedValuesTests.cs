using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>Every value of two stacks is compared, and one that cannot be is named.</summary>
[Collection(nameof(OneAtATime))]
public sealed class ComparedValuesTests
{
    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    [InlineData("dev-function")]
    [InlineData("staging-function")]
    [InlineData("prod-function")]
    public async Task Every_value_of_the_repositorys_stacks_can_be_compared(string stack)
    {
        var snapshot = await SomePreview.RenderAsync(
            await SomeStack.FileOfRepositoryAsync(stack));
        var comparison = StackComparison.Between(snapshot, SomePreview.Copy(snapshot));
        Assert.Empty(comparison.Changes.SelectMany(static change => change.NotComparable.Select(path => $"{change.Title} {path}")));
        Assert.True(comparison.IsEmpty);
        Assert.Equal(["nothing changes"], comparison.Summary().Lines);
    }

    [Fact]
    public async Task No_two_resources_have_the_same_placeholders()
    {
        // Components have no outputs of the cloud.
        var starts = (await SomePreview.BaseAsync()).Resources
            .Where(static each => !each.Type.StartsWith("modelserving:", StringComparison.Ordinal))
            .Select(static each => Placeholder.StartOf(each.Type, each.Name))
            .ToList();
        Assert.Equal(starts.Count, starts.Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_be_compared_is_counted_and_named()
    {
        var left = SomePreview.Copy(await SomePreview.BaseAsync());
        left.Resources.Single(static each => each is { Kind: "Subnet", Name: "network-pods" }).Inputs["vcnId"] = Marks.Unknown("string");
        left.Resources.Single(static each => each is { Kind: "Secret", Name: "registry" }).Inputs["stringData"] = Marks.UnknownSecret;
        var comparison = StackComparison.Between(left, await SomePreview.BaseAsync());
        Assert.False(comparison.IsEmpty);
        // The summary does not claim that something stays the same, because that is unknown.
        Assert.Equal(["not comparable: 2: Subnet network-pods vcnId; Secret registry stringData"], comparison.Summary().Lines);
        Assert.Equal(
            ["? oci:Core/subnet:Subnet network-pods (not comparable)", "? vcnId: not comparable"],
            comparison.Details().Where(static line => line[0] == '?' && !line.Contains("ecret", StringComparison.Ordinal))
                .Where(static line => !line.Contains("stringData", StringComparison.Ordinal)));

        // The snapshot of an earlier program.
        var earlier = StackComparison.Between(left with { IsComplete = false, Access = null }, await SomePreview.BaseAsync());
        Assert.Contains(earlier.Summary().Lines, static line => line.Contains("; clients and the options of", StringComparison.Ordinal));
        Assert.DoesNotContain(earlier.Summary().Risks, static risk => risk.Contains("client shop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_order_of_a_list_is_compared_too()
    {
        var left = await SomePreview.BaseAsync();
        var right = SomePreview.Copy(left);
        var variables = right.Resources.Single(static each => each is { Kind: "Deployment", Name: "router" })
            .Inputs["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray();
        var first = variables[0]!;
        variables.RemoveAt(0);
        variables.Add(first);
        var change = Assert.Single(StackDifference.Between(left, right), static each => each.Change != Change.Same);
        Assert.Equal("(order)", Assert.Single(change.Values).Path[^1]);
    }
}

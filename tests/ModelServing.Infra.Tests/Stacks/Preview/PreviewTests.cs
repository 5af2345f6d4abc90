using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>The preview of a change before it is applied.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PreviewTests
{
    [Fact]
    public async Task A_changed_weight_is_an_update_of_the_plan_and_nothing_else()
    {
        var changes = await Changes("percent: 5", "percent: 10");
        var change = Assert.Single(changes, static each => each.Change != Change.Same);
        Assert.Equal(("kubernetes:core/v1:ConfigMap", Change.Update), (change.Resource.Type, change.Change));
        Assert.Equal(
            ["-\"weight\": 500", "+\"weight\": 1000", "-\"weight\": 9500", "+\"weight\": 9000"],
            change.Lines.Where(static line => line.Sign != '~').Select(static line => $"{line.Sign}{line.Text.Trim()}"));
    }

    [Fact]
    public async Task Another_canary_creates_four_objects_and_deletes_the_former_ones_after_the_plan()
    {
        var changes = (await Changes("version: 2", "version: 3")).Where(static each => each.Change != Change.Same).ToList();
        Assert.Equal(4, changes.Count(static each => each.Change == Change.Create));
        Assert.Equal(4, changes.Count(static each => each.Change == Change.Delete));
        Assert.All(
            changes.Where(static each => each.Change == Change.Delete),
            static each => Assert.EndsWith("fraud-v2", each.Resource.Name, StringComparison.Ordinal));
        var plan = changes.FindIndex(static each => each.Change == Change.Update);
        Assert.Equal("kubernetes:core/v1:ConfigMap", changes[plan].Resource.Type);
        Assert.All(changes[(plan + 1)..], static each => Assert.Equal(Change.Delete, each.Change));
    }

    [Fact]
    public async Task A_promotion_that_keeps_the_former_stable_warm_deletes_nothing()
    {
        var changes = await Changes("stable: { version: 1 }, canary: { version: 2, percent: 5 }", "stable: { version: 2 }, keepWarm: [1]");
        Assert.DoesNotContain(changes, static each => each.Change is Change.Delete or Change.Create or Change.Replace);
    }

    [Fact]
    public async Task A_ConfigMap_is_replaced_if_its_provider_does_not_update_them()
    {
        var left = await StackSnapshot.RenderAsync(SomeStack.File(), "test", foundationOnly: false);
        var right = await StackSnapshot.RenderAsync(
            SomeStack.File().Replace("percent: 5", "percent: 10", StringComparison.Ordinal),
            "test",
            foundationOnly: false);
        foreach (var resource in right.Resources.Concat(left.Resources).Where(static each => each.Type == "pulumi:providers:kubernetes"))
            resource.Inputs.Remove("enableConfigMapMutable");
        Assert.Equal(Change.Replace, Assert.Single(StackDifference.Between(left, right), static each => each.Change != Change.Same).Change);
    }

    [Fact]
    public async Task The_table_of_replacements_covers_every_resource()
    {
        var snapshot = await StackSnapshot.RenderAsync(
            SomeStack.File(more: "modelserving:network: { internetEgress: true }"),
            "test",
            foundationOnly: false);
        Assert.Empty(snapshot.Resources.Select(static resource => resource.Type)
            .Where(static type => !Replacements.IsKnown(type))
            .Distinct());
    }

    [Fact]
    public async Task Secrets_and_unknown_values_are_marked_and_no_secret_is_written()
    {
        var hash = new string('1', 64);
        var text = Text(
            await StackSnapshot.RenderAsync(
                SomeStack.File(more: $"modelserving:clients: {{ shop: {{ keyHashes: ['{hash}'] }} }}"),
                "test",
                foundationOnly: false),
            PreviewFormat.Plain);
        Assert.Contains("kubeconfig: [secret]", text, StringComparison.Ordinal);
        // The Secrets of the registry login and of the clients.
        Assert.Equal(2, text.Split("stringData: [secret]").Length - 1);
        Assert.DoesNotContain(hash, text, StringComparison.Ordinal);
        Assert.Contains("vcnId: output<string>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_unchanged_after_writing_and_reading()
    {
        var snapshot = await StackSnapshot.RenderAsync(SomeStack.File(), "test", foundationOnly: true);
        Assert.Equal(
            Text(snapshot, PreviewFormat.Markdown),
            Text(EarlierProgram.Read(EarlierProgram.Write(snapshot)), PreviewFormat.Markdown));
        Assert.DoesNotContain(snapshot.Resources, static each => each.Type.StartsWith("kubernetes:", StringComparison.Ordinal));
        Assert.Contains(snapshot.Notes, static note => note.StartsWith("next: ms images push", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<ResourceChange>> Changes(string former, string latter)
    {
        var yaml = SomeStack.File();
        Assert.Contains(former, yaml, StringComparison.Ordinal);
        return StackDifference.Between(
            await StackSnapshot.RenderAsync(yaml, "test", foundationOnly: false),
            await StackSnapshot.RenderAsync(yaml.Replace(former, latter, StringComparison.Ordinal), "test", foundationOnly: false));
    }

    private static string Text(StackSnapshot snapshot, PreviewFormat format)
    {
        var output = new StringWriter();
        new PreviewWriter(output, format).Write("title", StackDifference.Between(null, snapshot), isComparison: false, snapshot.Notes);
        return output.ToString();
    }
}

using System.Xml.Linq;
using ModelServing.Stacks.Preview;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>The preview of a change before it is applied.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PreviewTests
{
    [Fact]
    public async Task A_changed_weight_is_an_update_of_the_plan_and_nothing_else()
    {
        var comparison = await SomePreview.ChangedAsync("percent: 5", "percent: 10");
        var change = Assert.Single(comparison.Changes, static each => each.Change != Change.Same);
        Assert.Equal(("kubernetes:core/v1:ConfigMap", Change.Update), (change.Resource.Type, change.Change));
        Assert.Equal(
            [
                "~ kubernetes:core/v1:ConfigMap plan (update)", "~ data:", "~ plan.json:", "~ rollouts:", "~ fraud:", "~ variants:",
                "~ [canary]:", "~ weight: 5% => 10%", "~ [stable]:", "~ weight: 95% => 90%",
            ],
            comparison.Details());
    }

    [Fact]
    public async Task Another_canary_creates_four_objects_and_deletes_the_former_ones_after_the_plan()
    {
        // The check of the new version is the last call of an apply.
        var changes = (await SomePreview.ChangedAsync("version: 2", "version: 3")).Changes
            .Where(static each => each.Change != Change.Same && each.Resource.Kind != "InvokeFunction")
            .ToList();
        Assert.Equal(4, changes.Count(static each => each.Change == Change.Create));
        Assert.Equal(4, changes.Count(static each => each.Change == Change.Delete));
        Assert.All(
            changes.Where(static each => each.Change == Change.Delete),
            static each => Assert.EndsWith("fraud-v2", each.Resource.Name, StringComparison.Ordinal));
        var plan = changes.FindIndex(static each => each.Resource.Name == "plan");
        Assert.Equal(Change.Update, changes[plan].Change);
        Assert.All(changes[(plan + 1)..], static each => Assert.Equal(Change.Delete, each.Change));
    }

    [Fact]
    public async Task A_promotion_that_keeps_the_former_stable_warm_deletes_nothing()
    {
        var changes = (await SomePreview.ChangedAsync(
            "stable: { version: 1 }, canary: { version: 2, percent: 5 }", "stable: { version: 2 }, keepWarm: [1]")).Changes;
        Assert.DoesNotContain(changes, static each => each.Change is Change.Delete or Change.Create or Change.Replace);
    }

    [Fact]
    public async Task A_ConfigMap_is_replaced_if_its_provider_does_not_update_them()
    {
        var left = SomePreview.Copy(await SomePreview.BaseAsync());
        var right = SomePreview.Copy((await SomePreview.ChangedAsync("percent: 5", "percent: 10")).Right);
        foreach (var resource in right.Resources.Concat(left.Resources).Where(static each => each.Type == "pulumi:providers:kubernetes"))
            resource.Inputs.Remove("enableConfigMapMutable");
        Assert.Equal(Change.Replace, Assert.Single(StackDifference.Between(left, right), static each => each.Change != Change.Same).Change);
    }

    [Fact]
    public async Task The_table_of_replacements_covers_every_resource()
    {
        var snapshot = await SomePreview.RenderAsync(SomeStack.Everything);
        Assert.Empty(snapshot.Resources.Select(static resource => resource.Type)
            .Where(static type => !Replacements.IsKnown(type))
            .Distinct());
    }

    [Fact]
    public async Task Secrets_are_marked_and_neither_they_nor_their_digests_are_shown()
    {
        var snapshot = await SomePreview.BaseAsync();
        var text = Text(snapshot, PreviewFormat.Plain);
        Assert.Contains("kubeconfig: [secret]\n", text, StringComparison.Ordinal);
        // The Secrets of the registry login, of the clients and of the key of TrafficSplitter.
        Assert.Equal(3, text.Split("stringData: [secret]\n").Length - 1);
        Assert.DoesNotContain(SomePreview.KeyHash, text, StringComparison.Ordinal);
        Assert.DoesNotContain(SomePreview.KeyHash, EarlierProgram.Write(snapshot), StringComparison.Ordinal);
        Assert.Contains("vcnId: <network vcn.id>\n", text, StringComparison.Ordinal);

        var changed = await SomePreview.ChangedAsync("secure: v1:y", "secure: v1:z");
        Assert.Equal(["~ kubernetes:core/v1:Secret registry (update)", "~ stringData: [secret] changed"], changed.Details());
    }

    [Fact]
    public async Task Digests_of_secrets_are_made_with_a_key_of_their_own()
    {
        var (one, other) = (SecretDigest.ForThisProcess(), SecretDigest.ForThisProcess());
        Assert.Equal(one.From("a"), one.From("a"));
        Assert.NotEqual(one.From("a"), one.From("b"));
        Assert.NotEqual(one.From("a"), other.From("a"));
        var rendered = await StackSnapshot.RenderAsync(SomePreview.File, "test", foundationOnly: false, other);
        Assert.Equal(
            ["Function splitter-traffic-splitter", "Secret clients", "Secret registry", "Secret split-key", "kubernetes workloads"],
            StackDifference.Between(await SomePreview.BaseAsync(), rendered)
                .Where(static each => each.Change != Change.Same)
                .Select(static each => each.Title)
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_snapshot_is_unchanged_after_writing_and_reading()
    {
        var snapshot = await SomePreview.BaseAsync();
        Assert.True(StackComparison.Between(snapshot, SomePreview.Copy(snapshot)).IsEmpty);
        Assert.True(StackComparison.Between(SomePreview.Copy(snapshot), snapshot).IsEmpty);
        Assert.Equal(Text(snapshot, PreviewFormat.Markdown), Text(SomePreview.Copy(snapshot), PreviewFormat.Markdown));
    }

    [Fact]
    public async Task The_first_apply_has_no_workloads_and_its_notes_are_the_next_steps()
    {
        var snapshot = await StackSnapshot.RenderAsync(
            SomePreview.File, "test", foundationOnly: true, SecretDigest.ForThisProcess());
        Assert.DoesNotContain(snapshot.Resources, static each => each.IsKubernetes);
        Assert.Contains(snapshot.Notes, static note => note.StartsWith("next: ./dev ms images push", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_that_the_program_is_built_from_is_compared_with_the_earlier_commits()
    {
        var open = new Queue<string>(["stacks"]);
        var found = new HashSet<string>(open);
        while (open.TryDequeue(out var folder))
        {
            var project = XDocument.Load(Assert.Single(Directory.EnumerateFiles(Repository.Combine(folder), "*.csproj")));
            foreach (var reference in project.Descendants("ProjectReference").Select(static each => (string)each.Attribute("Include")!))
            {
                var path = Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(Repository.Combine(folder, reference))!);
                if (found.Add(path))
                    open.Enqueue(path);
            }
        }

        Assert.Contains("services/Registry", found);
        Assert.Empty(found.Except(EarlierProgram.Sources));
    }

    private static string Text(StackSnapshot snapshot, PreviewFormat format)
    {
        using var output = new StringWriter();
        var comparison = StackComparison.Between(null, snapshot);
        new PreviewWriter(output, format).Write("title", comparison.Summary(), comparison, snapshot.Notes);
        return output.ToString();
    }
}

using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

/// <summary>The first part of a preview: what a change does, in the user's words.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PreviewSummaryTests
{
    [Fact]
    public async Task A_moved_weight_is_in_percent_and_everything_else_is_said_to_stay()
    {
        var summary = (await SomePreview.ChangedAsync("percent: 5", "percent: 10")).Summary();
        Assert.Equal(
            [
                "fraud: canary v2 5% -> 10%", "no pods restart", "nothing is replaced or deleted", "no right is gained or lost",
                "nothing becomes reachable from outside",
            ],
            summary.Lines);
        Assert.Empty(summary.Risks);
    }

    [Fact]
    public async Task Versions_come_and_go_by_name()
    {
        var summary = (await SomePreview.ChangedAsync("version: 2", "version: 3")).Summary();
        Assert.Equal("fraud: canary v2 5% -> v3 5%", summary.Lines[0]);
        Assert.Contains(summary.Lines, static line => line.StartsWith("fraud v3 comes: 1 to ", StringComparison.Ordinal));
        Assert.Contains("fraud v2 goes: its pods end", summary.Lines);
        Assert.StartsWith("risk: cost: fraud v3 comes: ", Assert.Single(summary.Risks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_served_no_longer_is_an_outage()
    {
        var summary = (await SomePreview.ChangedAsync(", churn: { stable: { version: 1 } }", "")).Summary();
        Assert.Equal("churn: no longer served", summary.Lines[0]);
        Assert.Contains("churn v1 goes: its pods end", summary.Lines);
        Assert.Equal(["risk: outage: churn: no longer served"], summary.Risks);
    }

    // One statement names the accounts of all models, so it changes with each of them.
    [Fact]
    public async Task A_new_model_is_a_right_for_its_own_pods_and_for_no_others()
    {
        var comparison = await SomePreview.ChangedAsync(", churn: { stable: { version: 1 } }", "");
        var back = StackComparison.Between(comparison.Right, comparison.Left!).Summary();

        Assert.Contains("pods of inference-churn may read objects", back.Lines);
        Assert.Contains("pods of inference-churn may use nosql-rows", back.Lines);
        Assert.Contains("pods of inference-churn may no longer use nosql-rows", comparison.Summary().Lines);
        Assert.DoesNotContain(
            back.Lines.Concat(comparison.Summary().Lines), static line => line.Contains("inference-fraud", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replaced_cluster_takes_everything_in_it()
    {
        var comparison = await SomePreview.ChangedAsync(
            SomePreview.Access, "publicEndpoint: true, allowedCidrs: [198.51.100.0/24] }");
        var summary = comparison.Summary();
        var replaced = Assert.Single(
            summary.Lines, static line => line.StartsWith("Cluster cluster is replaced (", StringComparison.Ordinal));
        Assert.Contains("isPublicIpEnabled", replaced, StringComparison.Ordinal);
        Assert.Contains("NodePool cluster-nodes", replaced, StringComparison.Ordinal);
        Assert.Contains("Addon cluster-autoscaler", replaced, StringComparison.Ordinal);
        var objects = comparison.Right.Resources.Count(static each => each.IsKubernetes);
        Assert.Contains($"the {objects} objects in the cluster", replaced, StringComparison.Ordinal);
        Assert.All(
            comparison.Changes.Where(static each => each.Resource.IsKubernetes),
            static each => Assert.Equal(Change.Replace, each.Change));
        Assert.Contains(
            "Cluster cluster: the Kubernetes API gets a public address",
            summary.Lines);
        Assert.Contains(
            summary.Lines,
            static line => line.StartsWith("open to 198.51.100.0/24: network-cluster-endpoint-from-", StringComparison.Ordinal)
                && line.Contains("TCP 6443", StringComparison.Ordinal));
        Assert.Equal(["data loss", "outage", "new right"], summary.Risks.Select(static risk => risk.Split(": ")[1]));
        Assert.StartsWith(
            "risk: data loss: data is lost: the volume of feature-server",
            summary.Risks[0],
            StringComparison.Ordinal);
        // What follows from a replacement names its cause, and says nothing of the values that stay.
        Assert.Contains("! kubernetes:apps/v1:Deployment router (replace, with kubernetes workloads)", comparison.Details());
        Assert.Contains("~ clusterId: <cluster.id> (of the new one)", comparison.Details());
        Assert.Contains("~ kubeconfig: <cluster.id> (of the new one)", comparison.Details());
        Assert.Contains("the pods of replaced workloads end", summary.Lines);
        Assert.DoesNotContain("no pods restart", summary.Lines);
    }

    [Fact]
    public async Task The_admin_API_becomes_reachable_from_outside()
    {
        const string Tokens = "modelserving:tokens: { roles: { claim: groups, operators: [ops] } }\n  modelserving:functions:";
        var summary = (await SomePreview.ChangedAsync("modelserving:functions:", Tokens)).Summary();
        Assert.Contains("new: tokens with groups ops as operator: operator, may also roll back, reset and promote versions", summary.Lines);

        var yaml = SomePreview.File.Replace("modelserving:functions:", Tokens, StringComparison.Ordinal);
        var open = yaml.Replace("audiences: [some]", "audiences: [some], adminApi: true", StringComparison.Ordinal);
        Assert.NotEqual(yaml, open);
        var opened = StackComparison.Between(await SomePreview.RenderAsync(yaml), await SomePreview.RenderAsync(open)).Summary();
        Assert.Contains("the API has a new path: /admin/v1/{path*}", opened.Lines);
        Assert.Contains(opened.Lines, static line => line.StartsWith("a way within the network: ", StringComparison.Ordinal));
        Assert.StartsWith("risk: new right: ", Assert.Single(opened.Risks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_is_an_outage_for_it()
    {
        var summary = (await SomePreview.ChangedAsync("{ shop: {", "{ store: {")).Summary();
        Assert.Contains("new: client store: caller, may send requests", summary.Lines);
        Assert.Contains("gone: client shop: its requests are refused", summary.Lines);
    }

    [Fact]
    public async Task A_deleted_table_is_data_loss_and_Pulumi_refuses_a_protected_one()
    {
        var left = await SomePreview.BaseAsync();
        var right = left with { Resources = [.. left.Resources.Where(static each => each is not { Kind: "Table", Name: "journal" })] };
        var summary = StackComparison.Between(left, right).Summary();
        Assert.Contains(
            "Table journal is deleted; Pulumi refuses this while Table journal is protected",
            summary.Lines);
        Assert.Equal(["risk: data loss: data is lost: Table journal"], summary.Risks);
    }

    [Fact]
    public async Task A_stack_that_is_shown_alone_begins_with_its_rollouts()
    {
        var comparison = StackComparison.Between(null, await SomePreview.BaseAsync());
        Assert.Equal(
            [
                "churn: stable v1 100%", "fraud: stable v1 95%, canary v2 5%",
                "interface: fraud v2 is not compared with v1's: no registry is on this machine, and --registry FOLDER names one",
            ],
            comparison.Summary().Lines.SkipLast(1));
        Assert.StartsWith("capacity of the serving nodes: ", comparison.Summary().Lines[^1], StringComparison.Ordinal);
        Assert.Empty(comparison.Summary().Risks);
        Assert.Equal(
            ["risk: new right: the whole stack is new", "risk: cost: the whole stack is new"],
            comparison.Summary().OfNewStack().Risks);
    }

    [Fact]
    public async Task The_summary_comes_before_the_details_in_80_columns_and_folds_them_on_a_page()
    {
        var comparison = await SomePreview.ChangedAsync("version: 2", "version: 3");
        var lines = Text(comparison, PreviewFormat.Plain).Split('\n');
        var risk = Array.FindIndex(lines, static line => line.StartsWith("risk: cost: ", StringComparison.Ordinal));
        var details = Array.FindIndex(lines, static line => line.Contains(":Deployment fraud-v3", StringComparison.Ordinal));
        Assert.InRange(risk, 1, details);
        Assert.All(lines[..details].TakeWhile(static line => !line.Contains("kubernetes:", StringComparison.Ordinal)), static line =>
            Assert.InRange(line.Length, 0, 80));

        Assert.Matches(
            @"\A### title\n\n```text\n- fraud: [^`]*\nrisk: cost: [^`]*```\n\n<details><summary>5 to create, 1 to update, 5 to delete, \d+ "
                + @"unchanged</summary>\n\n```diff\n(.*\n)+```\n\n</details>\n\n\z",
            Text(comparison, PreviewFormat.Markdown));
    }

    [Fact]
    public async Task Notes_have_80_columns_and_commands_stay_whole()
    {
        var text = SomePreview.File.Replace("modelserving:phase: all", "modelserving:phase: foundation", StringComparison.Ordinal);
        foreach (var file in (string[])[text, SomePreview.File])
        {
            var stack = await SomePreview.RenderAsync(file);
            Assert.Contains(stack.Notes, static note => note.Length > 80);
            var lines = Text(StackComparison.Between(stack, stack), PreviewFormat.Plain, stack.Notes).Split('\n');
            var notes = lines[(Array.FindIndex(lines, static line => line.Contains("unchanged", StringComparison.Ordinal)) + 1)..];
            Assert.Equal(
                string.Join(' ', stack.Notes.SelectMany(Words)), string.Join(' ', notes.SelectMany(Words)));
            Assert.All(notes, line => Assert.True(line.Length <= 80 || stack.Notes.Contains(line), line));
        }

        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Faults_have_80_columns_and_each_begins_where_it_began()
    {
        using var output = new StringWriter();
        var long70 = new string('b', 70);
        new PreviewWriter(output, PreviewFormat.Plain).WriteFault($"Pulumi.a.yaml: these are wrong:\n  a: {long70} c d e\n  f: g");
        Assert.Equal(
            ["Pulumi.a.yaml: these are wrong:", $"  a: {long70} c d", "    e", "  f: g", ""],
            output.ToString().Split('\n'));
    }

    private static string Text(StackComparison comparison, PreviewFormat format, IReadOnlyList<string>? notes = null)
    {
        using var output = new StringWriter();
        new PreviewWriter(output, format).Write("title", comparison.Summary(), comparison, notes ?? []);
        return output.ToString();
    }
}

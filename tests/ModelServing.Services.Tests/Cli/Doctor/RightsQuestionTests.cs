using System.Text.Json.Nodes;
using ModelServing.Cli.Doctor;
using ModelServing.TestKit.ControlPlane;

namespace ModelServing.Services.Tests.Cli.Doctor;

/// <summary>Rights and names that only some stacks need.</summary>
public sealed class RightsQuestionTests
{
    private const string Secret = "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa";
    private const string Key = "ocid1.key.oc1.eu-frankfurt-1.somevault.aaaa";
    private const string Compartment = "in compartment id " + ControlPlaneEmulator.Compartment;

    private const string Bastion = """
        publicEndpoint: false
            access: bastion
            bastionAllowedCidrs: [198.51.100.7/32]
        """;

    [Theory]
    [InlineData("publicEndpoint: true", Bastion, "/20210331/bastions", "right to bastion-family", "manage bastion-family " + Compartment)]
    [InlineData("", "", "/n/" + ControlPlaneEmulator.Space + "/b", "right to object-family", "manage object-family " + Compartment)]
    [InlineData(
        Network, "  modelserving:costs: { tagNamespace: some, createTags: true }\n" + Network, "/20160918/tagNamespaces",
        "right to tag-namespaces", "use tag-namespaces in tenancy")]
    [InlineData(
        Network, "  modelserving:costs: { budget: { amount: 5, emails: [a@example.com] } }\n" + Network, "/20190111/budgets",
        "right to usage-budgets", "manage usage-budgets in tenancy")]
    [InlineData(
        Network, "  modelserving:cache: { passwordSecret: " + Secret + " }\n" + Network, $"/20190301/secretbundles/{Secret}/versions",
        "right to secret-bundles", "read secret-bundles " + Compartment)]
    [InlineData(
        Network, "  modelserving:kmsKey: " + Key + "\n" + Network, "/20180608/keys/" + Key, "right to keys", "read keys " + Compartment)]
    public async Task A_right_that_the_stack_needs_is_asked(string text, string replacement, string path, string check, string statement)
    {
        await using var stack = await CheckedStack.StartAsync(yaml =>
            text.Length == 0 ? yaml : yaml.Replace(text, replacement, StringComparison.Ordinal));
        stack.Cloud.Set($"/20190301/secretbundles/{Secret}/versions", new JsonArray());
        stack.Cloud.Set($"/20180608/keys/{Key}", new JsonObject());
        var report = await stack.CheckAsync();
        Assert.Equal(FindingState.Good, Find(report, check).State);
        Assert.Equal(0, report.ExitCode);

        stack.Cloud.Refuse(path);
        var finding = Find(await stack.CheckAsync(), check);
        Assert.Equal((FindingState.Wrong, $"a policy needs: Allow group GROUP to {statement}"), (finding.State, finding.Fix));
    }

    [Fact]
    public async Task A_key_whose_vault_is_unknown_is_reported_as_not_asked()
    {
        await using var stack = await CheckedStack.StartAsync(static yaml => yaml.Replace(
            Network, "  modelserving:kmsKey: ocid1.key.oc1..aaaa\n" + Network, StringComparison.Ordinal));
        var finding = Find(await stack.CheckAsync(), "right to keys");
        Assert.Equal(FindingState.Unasked, finding.State);
        Assert.Contains("does not name the vault", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, null, "Wrong", "createTags true")]
    [InlineData(false, "other", "Good", null)]
    [InlineData(true, null, "Good", null)]
    [InlineData(true, "dev", "Good", null)]
    [InlineData(true, "other", "Wrong", "createTags false")]
    public async Task One_stack_makes_the_tags_for_costs_and_the_others_need_them(bool creates, string? owner, string state, string? fix)
    {
        await using var stack = await CheckedStack.StartAsync(yaml => yaml.Replace(
            Network,
            $"  modelserving:costs: {{ tagNamespace: some, createTags: {(creates ? "true" : "false")} }}\n{Network}",
            StringComparison.Ordinal));
        if (owner is not null)
        {
            stack.Cloud.Add("/20160918/tagNamespaces", new JsonObject
            {
                ["name"] = "Some",
                ["freeformTags"] = new JsonObject { ["project"] = "modelserving", ["environment"] = owner },
            });
        }

        var finding = Find(await stack.CheckAsync(), "tags for costs");
        Assert.Equal(state, finding.State.ToString());
        Assert.EndsWith(fix is null ? "" : $"modelserving:costs.{fix}", finding.Fix ?? "", StringComparison.Ordinal);
    }

    private const string Network = "  modelserving:network:\n";

    private static Finding Find(DoctorReport report, string check) => Assert.Single(report.Findings, finding => finding.Check == check);
}

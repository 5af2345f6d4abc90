using k8s.Models;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;
using ModelServing.TestKit;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>OCI's policies let a deployer create everything in the cluster but roles. The command that the first apply prints covers
/// these.</summary>
[Collection(nameof(OneAtATime))]
public class ClusterRightsTests
{
    // What Kubernetes' ClusterRole "admin" has on them, as far as a role of ours needs it.
    private static readonly Dictionary<string, string[]> Admin = new()
    {
        ["configmaps"] = ["create", "delete", "get", "list", "patch", "update", "watch"],
    };

    [Fact]
    public async Task Roles_hold_nothing_that_the_deployers_ClusterRole_lacks_and_are_in_our_namespace()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));

        Assert.Equal(
            ["Role", "RoleBinding"],
            run.OfCluster().Select(static made => made.Type.Split(':'))
                .Where(static type => type[1].StartsWith("rbac.", StringComparison.Ordinal))
                .Select(static type => type[2])
                .Distinct()
                .Order());
        foreach (var role in run.Objects<V1Role>())
        {
            Assert.Equal("modelserving", role.Metadata.NamespaceProperty);
            Assert.All(role.Rules, static rule =>
            {
                Assert.Equal([""], rule.ApiGroups);
                Assert.All(rule.Resources, resource => Assert.Subset(Admin[resource].ToHashSet(), rule.Verbs.ToHashSet()));
            });
        }

        Assert.All(run.Objects<V1RoleBinding>(), static binding => Assert.Equal("Role", binding.RoleRef.Kind));
    }

    [Fact]
    public async Task The_first_apply_prints_the_command_and_the_rights_of_deployers_list_it()
    {
        var configuration = StackConfiguration.FromFile(SomeStack.File(images: ""), foundationOnly: true);
        var run = await StackRendering.RunAsync(new SomeCloud(), configuration, "some", isPreview: false);

        const string Command = "kubectl create clusterrolebinding modelserving-deployers --clusterrole=admin --group=";
        Assert.Contains(
            await OutputUtilities.GetValueAsync(run.Stack.Next),
            static line => line.StartsWith(Command, StringComparison.Ordinal));
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "deploy.md"), TestContext.Current.CancellationToken);
        var rights = page[page.IndexOf("### Permissions to deploy", StringComparison.Ordinal)..page.IndexOf(
            "## The first environment", StringComparison.Ordinal)];
        Assert.Contains("ClusterRole `admin`", rights, StringComparison.Ordinal);
        Assert.Contains(Command, page, StringComparison.Ordinal);
    }
}

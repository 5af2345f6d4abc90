using System.Text.RegularExpressions;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Identity;

/// <summary>The statements of docs/deploy.md cover everything that a stack creates, and the call at the end of the second apply. Otherwise
/// it stops part way, unless an administrator runs it.</summary>
[Collection(nameof(OneAtATime))]
public partial class DeployersRightsTests
{
    // Which family of OCI's policies has the right, by how the type of the resource begins.
    private static readonly Dictionary<string, string> Families = new()
    {
        ["oci:ApiGateway/"] = "api-gateway-family",
        ["oci:Artifacts/"] = "repos",
        ["oci:Bastion/"] = "bastion-family",
        ["oci:ContainerEngine/"] = "cluster-family",
        ["oci:Core/"] = "virtual-network-family",
        ["oci:Events/"] = "cloudevents-rules",
        ["oci:Functions/"] = "functions-family",
        ["oci:Identity/dynamicGroup:"] = "dynamic-groups",
        ["oci:Identity/policy:"] = "policies",
        ["oci:Logging/"] = "logging-family",
        ["oci:Monitoring/"] = "alarms",
        ["oci:Nosql/"] = "nosql-family",
        ["oci:ObjectStorage/"] = "object-family",
        ["oci:Ons/"] = "ons-family",
        ["oci:Redis/"] = "redis-family",
    };

    [Theory]
    [InlineData("dev", false)]
    [InlineData("staging", false)]
    [InlineData("prod", false)]
    [InlineData("features", true)]
    [InlineData("telemetry", false)]
    [InlineData("pools", false)]
    public async Task A_deployer_may_create_every_resource_of_a_stack(string stack, bool hasCacheUser)
    {
        var managed = await ManagedAsync();
        var run = await SomeStack.NamedAsync(stack);
        var types = run.Resources.Select(static resource => resource.Type)
            .Where(static type => type.StartsWith("oci:", StringComparison.Ordinal))
            .Distinct().ToList();

        Assert.Equal(hasCacheUser, types.Contains("oci:Redis/ociCacheUser:OciCacheUser"));
        Assert.All(types, type => Assert.Contains(FamilyOf(type), managed));
    }

    [Fact]
    public async Task A_deployer_may_call_ModelLoader_for_the_first_versions()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        var call = run.OfType("oci:Functions/invokeFunction:InvokeFunction").First();

        // The right to invoke is in this family's fn-invocation, and "use" has it. The individual types of functions do not have it.
        Assert.Equal("functions-family", FamilyOf(call.Type));
        Assert.Contains("functions-family", await ManagedAsync());
    }

    private static string FamilyOf(string type) => Assert.Single(
        Families, family => type.StartsWith(family.Key, StringComparison.Ordinal)).Value;

    // What the deployers may manage in the environment's compartment or in the whole tenancy.
    private static async Task<HashSet<string>> ManagedAsync()
    {
        var page = await File.ReadAllTextAsync(Repository.Combine("docs", "deploy.md"), TestContext.Current.CancellationToken);
        return [.. Statement.Matches(page).Select(static match => match.Groups[1].Value)];
    }

    [GeneratedRegex("^ *\"Allow group modelserving-deployers to manage ([a-z-]+) in (?:compartment modelserving-dev|tenancy)\",?$",
        RegexOptions.Multiline)]
    private static partial Regex Statement { get; }
}

using System.Text.Json.Nodes;
using System.Xml.Linq;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// Checks the rendered stacks against the providers' own types, from their npm packages. The description of the doubles is ours, so a wrong
/// name in it would be wrong in every other test too.
/// </summary>
[Collection(nameof(OneAtATime))]
public class ProviderTypesTests(TypeCheck check) : IClassFixture<TypeCheck>
{
    public static TheoryData<string> Faults => [.. Fault.All.Select(static fault => fault.Name)];

    public static TheoryData<string> DescriptionFaults => [.. DescriptionFault.All.Select(static fault => fault.Name)];

    [Theory]
    [InlineData("dev", true)]
    [InlineData("dev", false)]
    [InlineData("staging", true)]
    [InlineData("staging", false)]
    [InlineData("prod", true)]
    [InlineData("prod", false)]
    [InlineData("dev-function", false)]
    [InlineData("staging-function", false)]
    [InlineData("prod-function", false)]
    [InlineData("features", false)]
    [InlineData("telemetry", false)]
    [InlineData("pools", false)]
    public void A_stack_has_the_providers_types(string stack, bool foundationOnly)
    {
        TypeCheck.SkipUnlessInstalled();
        var file = TypeCheck.FileOf(stack, foundationOnly);
        Assert.True(check.ResourcesOf(file) > 50, $"{file} has {check.ResourcesOf(file)} resources");
        Assert.True(check.ErrorsOf(file).Count == 0, string.Join('\n', check.ErrorsOf(file)));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("kubernetes")]
    public void The_doubles_have_the_providers_names_and_types(string provider)
    {
        TypeCheck.SkipUnlessInstalled();
        Assert.True(
            check.ErrorsOf(TypeCheck.DoublesOf(provider)).Count == 0,
            string.Join('\n', check.ErrorsOf(TypeCheck.DoublesOf(provider))));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_mistake_is_an_error_at_every_depth(string name)
    {
        TypeCheck.SkipUnlessInstalled();
        Assert.Contains(Fault.All.Single(fault => fault.Name == name).Error, Assert.Single(check.ErrorsOf(name)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DescriptionFaults))]
    public void A_mistake_in_the_doubles_is_an_error(string name)
    {
        TypeCheck.SkipUnlessInstalled();
        Assert.Contains(
            check.ErrorsOf(name),
            error => error.Contains(DescriptionFault.All.Single(fault => fault.Name == name).Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Pulumi.Oci", "oci")]
    [InlineData("Pulumi.Kubernetes", "kubernetes")]
    public async Task The_types_have_the_version_that_the_program_is_built_with(string package, string name)
    {
        var pins = XDocument.Load(Repository.Combine("Directory.Packages.props")).Descendants("PackageVersion");
        var pin = (string?)pins.Single(pin => (string?)pin.Attribute("Include") == package).Attribute("Version");
        Assert.Equal(pin, (string?)(await JsonAsync("package.json"))["devDependencies"]!["@pulumi/" + name]);

        TypeCheck.SkipUnlessInstalled();
        Assert.Equal(pin, (string?)(await JsonAsync("node_modules", "@pulumi", name, "package.json"))["version"]);
    }

    private static async Task<JsonNode> JsonAsync(params string[] path) =>
        JsonNode.Parse(await File.ReadAllTextAsync(Repository.Combine(["tests", "ModelServing.Infra.Tests", "ProviderTypes", .. path])))!;
}

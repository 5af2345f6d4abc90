using System.Text.RegularExpressions;
using CsCheck;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Naming;

[Collection(nameof(OneAtATime))]
public class EnvironmentNamesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Dev")]
    [InlineData("1st")]
    [InlineData("a_b")]
    [InlineData("a--b")]
    [InlineData("a-")]
    [InlineData("dev\n")]
    [InlineData("a23456789-123456789-123456789-1")]
    public void An_environment_that_cannot_begin_every_name_is_refused(string environment) =>
        Assert.ThrowsAny<ArgumentException>(() => new EnvironmentNames("modelserving", environment));

    [Fact]
    public async Task The_longest_environment_fits_into_every_name()
    {
        var longest = new string('e', EnvironmentNames.MaxLength);
        var run = await SomeStack.RunAsync(SomeStack.File());
        var names = new EnvironmentNames(new string('p', EnvironmentNames.MaxLength), longest);

        foreach (var policy in run.OfType("oci:Identity/policy:Policy").Concat(run.OfType("oci:Identity/dynamicGroup:DynamicGroup")))
            Assert.InRange(names.NameOf(((string)policy.Inputs["name"])["modelserving-some-".Length..], NameForm.Policy).Length, 1, 100);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused_with_the_limit()
    {
        var names = new EnvironmentNames("modelserving", "some");
        var e = Assert.Throws<ArgumentException>(() => names.NameOf(new string('x', 100), NameForm.Policy));
        Assert.EndsWith("has 118 characters; the name of a policy has at most 100", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NameForm.DnsLabel.Check("a234567890123456"));
        Assert.Throws<ArgumentException>(() => NameForm.Bucket.Check(new string('b', 257)));
        Assert.Throws<ArgumentException>(() => names.RepositoryNameOf("Router"));
    }

    [Fact]
    public async Task A_bucket_or_a_repository_whose_name_is_too_long_is_not_created()
    {
        Assert.Contains(
            "the name of a bucket has at most 256",
            await Rendered.RefusalAsync(some => some.ArtifactStore(bucket: new string('b', 257))),
            StringComparison.Ordinal);
        Assert.Contains(
            "the name of a container repository has at most 255",
            await Rendered.RefusalAsync(some => some.Images(new string('r', 255))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_environments_share_no_name() =>
        Gen.Select(Environments, Environments).Where(static (one, other) => one != other).Sample(static (one, other) =>
    {
        var (a, b) = (new EnvironmentNames("modelserving", one), new EnvironmentNames("modelserving", other));
        Assert.NotEqual(a.NameOf("journal"), b.NameOf("journal"));
        Assert.NotEqual(a.TableNameOf("journal"), b.TableNameOf("journal"));
        Assert.NotEqual(a.RepositoryNameOf("router"), b.RepositoryNameOf("router"));
    });

    [Fact]
    public async Task Every_resource_has_tags_if_it_can_and_the_environment_in_its_name()
    {
        var run = await SomeStack.RunAsync(SomeStack.File());
        string[] untagged = ["networkSecurityGroupSecurityRule", "addon", "objectLifecyclePolicy", "index", "invokeFunction"];

        var ours = run.Resources.Where(resource => resource.Type.StartsWith("oci:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ours);
        foreach (var resource in ours.Where(resource => !untagged.Any(type => resource.Type.Contains(
            $"/{type}:",
            StringComparison.Ordinal))))
        {
            var tags = resource.Inputs.Map("freeformTags");
            Assert.Equal("modelserving some pulumi", $"{tags["project"]} {tags["environment"]} {tags["managed-by"]}");
            Assert.NotEqual("", tags["component"]);
            // A subscription has no name, only a topic and an endpoint.
            if (resource.Type == "oci:Ons/subscription:Subscription")
                continue;
            var name = (string)(resource.Inputs.GetValueOrDefault("name") ?? resource.Inputs["displayName"]);
            Assert.Matches(new Regex("^modelserving[-_]some[-_/]"), name);
        }
    }

    private static readonly Gen<string> Environments = Gen.String[Gen.Char["ab-"], 1, 5].Where(static name => Regex.IsMatch(
        name,
        @"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\z"));
}

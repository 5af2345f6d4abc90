using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Access;

[Collection(nameof(OneAtATime))]
public class AccessTests
{
    private const string Bastion = "oci:Bastion/bastion:Bastion";

    [Fact]
    public async Task A_Bastion_has_SOCKS_sessions_for_the_addresses_that_are_listed()
    {
        var bastion = (await Rendered.FromAsync(some => some.Access("198.51.100.7/32", "203.0.113.0/24"))).Only(Bastion);

        // OCI accepts letters and digits only.
        Assert.Equal("modelservingsomebastion", bastion.Text("name"));
        Assert.Equal(
            ("STANDARD", "ENABLED", 10800d),
            (bastion.Text("bastionType"), bastion.Text("dnsProxyStatus"), bastion.Inputs["maxSessionTtlInSeconds"]));
        Assert.Equal(["198.51.100.7/32", "203.0.113.0/24"], bastion.Inputs.List("clientCidrBlockAllowLists"));
        Assert.Equal("ocid1.subnet.some", bastion.Text("targetSubnetId"));
    }

    [Theory]
    [InlineData("AllowedCidrs is empty")]
    [InlineData("AllowedCidrs has 0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("AllowedCidrs 'everyone'", "everyone")]
    public async Task A_Bastion_that_nothing_or_everything_may_use_is_refused(string refusal, params string[] allowed) =>
        Assert.Contains(refusal, await Rendered.RefusalAsync(some => some.Access(allowed)), StringComparison.Ordinal);

    [Theory]
    [InlineData("none", "", 7)]
    [InlineData("bastion, bastionAllowedCidrs: [198.51.100.7/32]", "bastion", 8)]
    [InlineData("runner", "runner", 8)]
    public async Task The_setting_makes_the_way_part_of_the_foundation(string access, string subnet, int subnets)
    {
        var run = await SomeStack.RunAsync(SomeStack.File(images: "").Replace(
            "frankfurt-1.some }", $"frankfurt-1.some, access: {access} }}", StringComparison.Ordinal));

        Assert.Equal(subnets, run.OfType("oci:Core/subnet:Subnet").Count());
        if (subnet.Length > 0)
            Assert.Single(run.OfType("oci:Core/subnet:Subnet"), made => made.Name == $"network-{subnet}");
        Assert.Equal(subnet == "bastion" ? 1 : 0, run.OfType(Bastion).Count());
        Assert.Equal(subnet == "bastion" ? "access-bastion-id" : "", await ValueAsync(run.Stack.Bastion));
        Assert.Equal(
            subnet == "runner" ? ("network-runner-id", "network-runner-id") : ("", ""),
            (await ValueAsync(run.Stack.RunnerSubnet), await ValueAsync(run.Stack.RunnerGroup)));
    }

    // Otherwise a destroy deletes the Bastion, and can no longer reach the API to delete the objects.
    [Fact]
    public async Task The_way_to_the_cluster_outlives_every_object_of_the_cluster()
    {
        var run = await SomeStack.OfRepositoryAsync("staging");

        var provider = Assert.Single(run.OfType("pulumi:providers:kubernetes"));
        Assert.Equal(
            ["modelserving:infra:Access access", "modelserving:infra:Cluster cluster", "modelserving:infra:Network network"],
            (await provider.DependenciesAsync()).Order(StringComparer.Ordinal));
        Assert.All(
            run.Resources.Where(static made => made.Type.StartsWith("kubernetes:", StringComparison.Ordinal)),
            made => Assert.Same(provider.Resource, ((Pulumi.CustomResourceOptions)made.Options).Provider));
    }

    private static Task<string> ValueAsync(Pulumi.Output<string> output) => Pulumi.Utilities.OutputUtilities.GetValueAsync(output);
}

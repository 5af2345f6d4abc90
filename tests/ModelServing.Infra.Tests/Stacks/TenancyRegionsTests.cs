using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

[Collection(nameof(OneAtATime))]
public class TenancyRegionsTests
{
    [Theory]
    [InlineData("eu-frankfurt-1", "", "eu-frankfurt-1", null)]
    [InlineData("eu-frankfurt-1", "eu-zurich-1", "eu-zurich-1 eu-frankfurt-1", null)]
    [InlineData(
        "eu-frankfurt-1",
        "",
        "eu-zurich-1 eu-frankfurt-1",
        "homeRegion: missing: the home region of the tenancy is eu-zurich-1, not eu-frankfurt-1")]
    [InlineData(
        "eu-frankfurt-1",
        "us-ashburn-1",
        "eu-frankfurt-1",
        "homeRegion: the home region of the tenancy is eu-frankfurt-1, not us-ashburn-1")]
    [InlineData(
        "ap-tokyo-1",
        "eu-zurich-1",
        "eu-zurich-1 eu-frankfurt-1",
        "region: the tenancy is not subscribed to ap-tokyo-1; it has eu-frankfurt-1, eu-zurich-1")]
    public async Task A_region_that_the_tenancy_does_not_have_is_found_before_anything_is_created(
        string region, string home, string regions, string? error)
    {
        var file = SomeStack.File(images: "", more: home.Length > 0 ? $"modelserving:homeRegion: {home}" : "")
            .Replace("modelserving:region: eu-frankfurt-1", $"modelserving:region: {region}", StringComparison.Ordinal);
        var cloud = new SomeCloud { Subscriptions = regions.Split(' ') };
        var configuration = StackConfiguration.FromFile(file, foundationOnly: true).Online();
        var run = () => StackRendering.RunAsync(cloud, configuration, "some", isPreview: false);

        if (error is null)
            await run();
        else
            Assert.Contains(error, (await Assert.ThrowsAnyAsync<Exception>(run)).ToString(), StringComparison.Ordinal);
        var call = Assert.Single(cloud.Calls, static call => call.Token == "oci:Identity/getRegionSubscriptions:getRegionSubscriptions");
        Assert.Equal("ocid1.tenancy.oc1..some", call.Args["tenancyId"]);
    }
}

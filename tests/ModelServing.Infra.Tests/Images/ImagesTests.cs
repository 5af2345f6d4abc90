using ModelServing.Infra.Images;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Images;

[Collection(nameof(OneAtATime))]
public class ImagesTests
{
    private const string Repository = "oci:Artifacts/containerRepository:ContainerRepository";

    [Fact]
    public async Task Repositories_are_private_and_immutable()
    {
        ImagesComponent? images = null;
        var run = await Rendered.FromAsync(some => images = some.Images("router", "inference"));

        var repositories = run.OfType(Repository).ToList();
        Assert.Equal(
            ["modelserving-some/inference", "modelserving-some/router"],
            repositories.Select(made => made.Text("displayName")).Order(StringComparer.Ordinal));
        Assert.All(repositories, made => Assert.True((bool)made.Inputs["isImmutable"]));
        Assert.All(repositories, made => Assert.False((bool)made.Inputs["isPublic"]));
        Assert.Equal(
            "ocir.eu-frankfurt-1.oci.oraclecloud.com/examplespace/modelserving-some/router",
            await OutputUtilities.GetValueAsync(images!.Repositories["router"]));
    }
}

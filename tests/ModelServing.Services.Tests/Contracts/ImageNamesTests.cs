using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts;

public sealed class ImageNamesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_image_is_a_setting_and_a_program_with_the_images_settings()
    {
        var sources = SourceCheckout.Find();
        Assert.Equal(Repository.Root, sources.Folder);
        var settings = typeof(ImageSettings).GetProperties()
            .Where(static property => property.PropertyType == typeof(string))
            .Select(static property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);
        Assert.Equal(settings.Order(), ImageNames.All.Select(ImageNames.SettingOf).Order());
        Assert.Equal("featureServer", ImageNames.SettingOf(ImageNames.FeatureServer));
        Assert.All(
            ImageNames.All,
            image => Assert.Contains(
                "<Import Project=\"../Image.targets\" />",
                File.ReadAllText(sources.ProjectOf(image).Path),
                StringComparison.Ordinal));
        Assert.All(ImageNames.All, image => Assert.Null(new ImageSettings().DigestOf(image)));
        Assert.Equal("a", new ImageSettings { Router = "a", Inference = "b" }.DigestOf(ImageNames.Router));
        Assert.Throws<ArgumentException>(() => new ImageSettings().DigestOf("none"));
    }

    [Fact]
    public void A_digest_is_a_tag_too() => Assert.Equal("sha256-0a", ImageNames.TagOf("sha256:0a"));

    [Fact]
    public void Outside_of_a_checkout_nothing_is_built()
    {
        var e = Assert.Throws<CommandException>(() => SourceCheckout.Find(folder.FullPath));
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.Equal(
            [$"images are built from the sources, but {folder.FullPath} is not in a checkout; clone the repository and " +
                $"run ./dev ms images push there"],
            e.Lines);
    }

    [Fact]
    public async Task Without_dotnet_nothing_is_built()
    {
        var build = new ImageBuild(folder.Combine("dotnet"), folder.Combine("work"), "linux-x64");
        var e = await Assert.ThrowsAsync<CommandException>(() => build.PublishAsync(
            new ImageProject("router", folder.Combine("a.csproj")),
            null,
            TestContext.Current.CancellationToken));
        Assert.Equal(
            [$"{folder.Combine("dotnet")} can't be started; install the .NET 10 SDK (https://dotnet.microsoft.com/download)"],
            e.Lines);
    }

    [Theory]
    [InlineData("VM.Standard.E5.Flex", "linux-x64")]
    [InlineData("VM.Standard3.Flex", "linux-x64")]
    [InlineData("VM.Optimized3.Flex", "linux-x64")]
    [InlineData("VM.DenseIO.E4.Flex", "linux-x64")]
    [InlineData("VM.Standard.A1.Flex", "linux-arm64")]
    [InlineData("VM.Standard.A2.Flex", "linux-arm64")]
    public void The_shape_of_the_nodes_decides_the_images_architecture(string shape, string runtime)
    {
        var (file, _) = StackFile.Parse(
            "config: { modelserving:models: {}, modelserving:region: eu-frankfurt-1, modelserving:tenancy: ocid1.tenancy.oc1..a, " +
                "modelserving:phase: all, modelserving:compartment: ocid1.compartment.oc1..a, " +
            $"modelserving:cluster: {{ kubernetesVersion: v1.34.1, nodes: {{ shape: {shape} }} }} }}",
            cloud: true);
        Assert.Equal(runtime, ImagesCommand.RuntimeOf(file!.Cloud!));
    }

    [Fact]
    public void The_namespace_is_the_start_of_the_login()
    {
        var destination = ImageDestination.From(
            "eu-frankfurt-1",
            new ContainerRegistryLogin("space/default/me@example.com", "secret", "here"),
            "dev");
        Assert.Equal(
            ("ocir.eu-frankfurt-1.oci.oraclecloud.com", "space/modelserving-dev/router"),
            (destination.Host, destination.RepositoryOf(ImageNames.Router)));
        Assert.Contains(
            "there is no login for ocir.eu-frankfurt-1.oci.oraclecloud.com; run: docker login",
            Assert.Throws<CommandException>(() => ImageDestination.From("eu-frankfurt-1", null, "dev")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "does not begin with the tenancy's namespace",
            Assert.Throws<CommandException>(() => ImageDestination.From(
                "eu-frankfurt-1",
                new ContainerRegistryLogin("me", "secret", "here"),
                "dev")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5000/space", "localhost:5000", "space/modelserving-dev/router")]
    [InlineData("registry.example.com/a/b", "registry.example.com", "a/b/modelserving-dev/router")]
    public void Another_registry_can_be_named(string text, string host, string repository) =>
        Assert.Equal(
            (host, repository),
            (ImageDestination.Parse(text, "dev").Host, ImageDestination.Parse(text, "dev").RepositoryOf(ImageNames.Router)));

    [Theory]
    [InlineData("space", "dev", "--registry: 'space' is not HOST/NAMESPACE")]
    [InlineData("https://host/space", "dev", "--registry: ")]
    [InlineData("host/Space", "dev", "--registry: ")]
    [InlineData("host/space", "Dev", "--stack: 'Dev' can't be a part of a container repository's name")]
    [InlineData("host/space", "a--b", "--stack: 'a--b' can't be")]
    public void A_repository_that_cannot_have_images_is_refused(string registry, string stack, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<CommandException>(() => ImageDestination.Parse(registry, stack)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled", "10.0-noble-chiseled")]
    [InlineData("localhost:5000/a/b-c.d", "latest")]
    [InlineData("localhost/a", "latest")]
    [InlineData(
        "host:80/a:1@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void Base_images_are_read_and_written(string text, string reference)
    {
        var image = ImageReference.Parse(text);
        Assert.Equal((text, reference), (image.ToString(), image.Reference));
    }

    [Theory]
    [InlineData("aspnet:10.0")]
    [InlineData("dotnet/aspnet")]
    [InlineData("mcr.microsoft.com/")]
    [InlineData("mcr.microsoft.com/Dotnet")]
    [InlineData("mcr.microsoft.com/dotnet:10.0@sha256:0")]
    [InlineData("https://mcr.microsoft.com/dotnet")]
    [InlineData("mcr.microsoft.com/dotnet:10.0\n")]
    public void A_text_that_is_not_a_base_image_is_refused(string text) =>
        Assert.StartsWith(
            "--base-image: ",
            Assert.Throws<CommandException>(() => ImageReference.Parse(text)).Message,
            StringComparison.Ordinal);
}

using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Promotions in a real registry, between two of them, and in one that can't mount.</summary>
public sealed class ImagePromotionTests : IAsyncLifetime
{
    private const string Prod = """
        # of a test
        config:
          modelserving:models: { fraud: { stable: { version: 1 } } }
          modelserving:phase: all
          modelserving:region: eu-frankfurt-1
          modelserving:tenancy: ocid1.tenancy.oc1..a
          modelserving:compartment: ocid1.compartment.oc1..b
          modelserving:cluster: { kubernetesVersion: v1.34.1, nodeImage: ocid1.image.oc1.eu-frankfurt-1.c }
        # the end

        """;

    private readonly RecordedTerminal terminal = new(json: true);
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> digests = [];
    private LoopbackRegistry registry = null!;
    private RegistryProxy proxy = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(LoopbackRegistry.IsInstalled, LoopbackRegistry.Missing);
        registry = await LoopbackRegistry.StartAsync(withLogin: true);
        proxy = await RegistryProxy.StartAsync(registry);
        foreach (var image in (string[])["router", "inference"])
            digests.Add(image, await registry.PushImageAsync($"space/modelserving-staging/{image}", image, Cancellation));
        // An image for several architectures.
        digests.Add("functions", await registry.PushIndexAsync("space/modelserving-staging/functions", "any", "functions", Cancellation));
        Write("prod", Prod);
        Write("staging", Staging());
    }

    public async ValueTask DisposeAsync()
    {
        if (proxy is not null)
            await proxy.DisposeAsync();
        if (registry is not null)
            await registry.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_second_stack_names_the_digests_of_the_first_and_its_own_repositories_have_them()
    {
        Assert.Equal(ExitCode.Done, await PromoteAsync());

        // Only the digests are new.
        Assert.Equal(
            Prod.Replace(
                "# the end",
                $"  modelserving:images:\n    router: {digests["router"]}\n    inference: {digests["inference"]}\n    functions: "
                    + $"{digests["functions"]}\n# the end",
                StringComparison.Ordinal),
            Read("prod"));
        foreach (var (image, digest) in digests.Where(static each => each.Key != "functions"))
        {
            var copied = await registry.FindAsync($"space/modelserving-prod/{image}", ImageNames.TagOf(digest), Cancellation);
            Assert.Equal((digest, "etc/amd64"), (copied?.Digest, Assert.Single(copied!.Files)));
        }

        Assert.Equal(
            [ImageNames.TagOf(digests["functions"])], await registry.TagsAsync("space/modelserving-prod/functions", Cancellation));
        Assert.Contains("before pulumi up: Pulumi.prod.yaml", terminal.Errors, StringComparison.Ordinal);
        // In one registry no bytes move: each part is mounted.
        Assert.DoesNotContain(proxy.Requests, static request => request.StartsWith("GET", StringComparison.Ordinal)
            && request.Contains("/blobs/", StringComparison.Ordinal));
        Assert.Equal(8, proxy.Requests.Count(static request => request.EndsWith(" mount", StringComparison.Ordinal)));

        // Again, there is nothing to do.
        proxy.Requests.Clear();
        var after = Read("prod");
        Assert.Equal(ExitCode.Done, await PromoteAsync());
        Assert.All(proxy.Requests, static request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
        Assert.Equal(after, Read("prod"));
        Assert.Contains("\"pushed\": false", terminal.Output.Split(']')[^2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(202)]
    [InlineData(403)]
    [InlineData(401)]
    [InlineData(405)]
    public async Task A_registry_that_can_not_mount_gets_a_copy(int answer)
    {
        proxy.MountAnswer = answer;
        Assert.Equal(ExitCode.Done, await PromoteAsync());
        var copied = await registry.FindAsync("space/modelserving-prod/router", digests["router"], Cancellation);
        Assert.Equal("etc/amd64", Assert.Single(copied!.Files));
        Assert.Contains(proxy.Requests, static request => request.StartsWith("PUT ", StringComparison.Ordinal)
            && request.Contains("/blobs/uploads/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_are_copied_between_the_registries_of_two_regions()
    {
        await using var other = await LoopbackRegistry.StartAsync(withLogin: true);
        var promotion = new ImagePromotion(
            terminal.Terminal,
            ImageDestination.Parse($"{registry.Host}/space", "staging"),
            ImageDestination.Parse($"{other.Host}/space", "prod"),
            Logins());
        var images = await promotion.PromoteAsync(Stack("staging").ReadCloud().Cloud!.Images, Cancellation);
        Assert.Equal(digests, images.ToDictionary(static image => image.Image, static image => image.Digest));
        foreach (var image in (string[])["router", "inference"])
            Assert.Equal(digests[image], (await other.FindAsync($"space/modelserving-prod/{image}", digests[image], Cancellation))?.Digest);
    }

    [Fact]
    public async Task An_image_that_the_first_stack_names_and_the_registry_lacks_leaves_the_second_stack_as_it_was()
    {
        Write("staging", Staging().Replace(digests["inference"], "sha256:" + new string('0', 64), StringComparison.Ordinal));
        var e = await Assert.ThrowsAsync<CommandException>(PromoteAsync);
        Assert.Equal(
            [$"the registry {proxy.Host} has no sha256:{new string('0', 64)} in space/modelserving-staging/inference; 'ms images " +
                "push --stack staging' pushes it"],
            e.Lines);
        Assert.Equal(Prod, Read("prod"));
    }

    [Fact]
    public async Task Another_image_than_the_digest_names_is_not_promoted()
    {
        proxy.DamagesManifests = true;
        var e = await Assert.ThrowsAsync<CommandException>(PromoteAsync);
        Assert.Contains("returns another image for space/modelserving-staging/", e.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Prod, Read("prod"));
        Assert.DoesNotContain(proxy.Requests, static request => request.StartsWith("PUT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_bytes_are_not_stored()
    {
        (proxy.MountAnswer, proxy.DamagesParts) = (202, true);
        var e = await Assert.ThrowsAsync<CommandException>(PromoteAsync);
        Assert.Contains("sent other bytes than sha256:", e.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Prod, Read("prod"));
        Assert.Empty(await registry.TagsAsync("space/modelserving-prod/router", Cancellation));
    }

    [Theory]
    [InlineData("staging", "staging", "--from and --to are both staging")]
    [InlineData("prod", "staging", "Pulumi.prod.yaml names no images; make them with:")]
    [InlineData("staging", "arm", "the images of staging are for linux-x64, and the nodes of arm are linux-arm64")]
    [InlineData("staging", "gone", "Pulumi.gone.yaml does not exist")]
    public async Task A_promotion_that_makes_no_sense_is_refused(string from, string to, string why)
    {
        Write("arm", Prod.Replace(
            "{ kubernetesVersion", "{ nodes: { shape: VM.Standard.A1.Flex }, kubernetesVersion", StringComparison.Ordinal));
        var e = await Assert.ThrowsAsync<CommandException>(() => ImagesCommand.PromoteAsync(
            terminal.Terminal, Stack(from), Stack(to), $"{proxy.Host}/space", Logins(), Cancellation));
        Assert.Contains(why, e.Lines[0], StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.Empty(proxy.Requests);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<int> PromoteAsync() => ImagesCommand.PromoteAsync(
        terminal.Terminal, Stack("staging"), Stack("prod"), $"{proxy.Host}/space", Logins(), Cancellation);

    private static ContainerRegistryLogins Logins() => new(static name => name switch
    {
        "DOTNET_CONTAINER_PUSH_REGISTRY_UNAME" => LoopbackRegistry.User,
        "DOTNET_CONTAINER_PUSH_REGISTRY_PWORD" => LoopbackRegistry.Password,
        _ => null,
    }, "/nowhere");

    private string Staging() => Prod.Replace(
        "# the end",
        $"  modelserving:images: {{ router: {digests["router"]}, inference: {digests["inference"]}, functions: {digests["functions"]} }}",
        StringComparison.Ordinal);

    private StackLocation Stack(string name) => new(name, folder.FullPath);

    private string Read(string stack) => File.ReadAllText(Stack(stack).FilePath);

    private void Write(string stack, string text) => File.WriteAllText(Stack(stack).FilePath, text);
}

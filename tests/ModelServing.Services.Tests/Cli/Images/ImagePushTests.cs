using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Pushes of small programs, with the .NET SDK and to a real registry. The end-to-end tests push the hosts themselves.</summary>
public sealed partial class ImagePushTests(ImagePushTests.Sources sources) : IClassFixture<ImagePushTests.Sources>, IAsyncLifetime
{
    private const string Cloud = """
        # of a test
        config:
          modelserving:models: { fraud: { stable: { version: 1 } } }
          modelserving:region: eu-frankfurt-1   # near
          modelserving:tenancy: ocid1.tenancy.oc1..a
          modelserving:compartment: ocid1.compartment.oc1..b
          modelserving:phase: all
          modelserving:cluster:
            kubernetesVersion: v1.34.1
            allowedCidrs:
              - 198.51.100.0/24 # the office
        # the end

        """;

    private static readonly ContainerRegistryLogins NoLogins = new(static _ => null, "/nowhere");

    private readonly RecordedTerminal terminal = new(json: true);
    private readonly SomeHosts hosts = sources.Hosts;
    private LoopbackRegistry? registry;
    private string baseImage = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(LoopbackRegistry.IsInstalled, LoopbackRegistry.Missing);
        hosts.Reset(Cloud);
        registry = await LoopbackRegistry.StartAsync();
        baseImage = await registry.PushBaseAsync(cancellation: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (registry is not null)
            await registry.DisposeAsync();
    }

    [Fact]
    public async Task The_stack_file_names_the_pushed_images_and_unchanged_ones_keep_their_digests()
    {
        Assert.Equal(ExitCode.Done, await PushAsync(revision: "abc-dirty"));

        // Only the digests have changed.
        var first = await ImagesAsync();
        Assert.Equal(
            Cloud.Replace(
                "# the office\n",
                $"# the office\n  modelserving:images:\n    router: {first["router"].Digest}\n    inference: {first["inference"].Digest}\n",
                StringComparison.Ordinal),
            hosts.StackText);
        Assert.DoesNotContain(Directory.GetFiles(hosts.Stack.Folder), file => file.EndsWith(".new", StringComparison.Ordinal));
        Assert.Contains("before pulumi up: Pulumi.dev.yaml", terminal.Errors, StringComparison.Ordinal);

        // Each image has and starts its program, as the user of the pods.
        foreach (var (name, image) in first)
        {
            Assert.Equal(
                image.Digest,
                (await registry!.FindAsync($"space/modelserving-dev/{name}", ImageNames.TagOf(image.Digest), Cancellation))?.Digest);
            Assert.Equal($"{ImageNames.User}", image.Text("User"));
            Assert.Equal([$"{HostPorts.Http}/tcp"], image.Keys("ExposedPorts"));
            Assert.Equal(["dotnet", $"/app/Some.{name}.dll"], image.List("Entrypoint"));
            Assert.Equal("/app/", image.Text("WorkingDir"));
            Assert.Equal("amd64", (string?)image.Config["architecture"]);
            Assert.Equal("abc-dirty", image.Label("org.opencontainers.image.revision"));
            Assert.Equal($"Some.{name}", image.Label("org.opencontainers.image.title"));
            Assert.StartsWith($"{baseImage}@sha256:", image.Label("org.opencontainers.image.base.name"), StringComparison.Ordinal);
            Assert.Equal(
                ["app/Some.NAME.deps.json", "app/Some.NAME.dll", "app/Some.NAME.pdb", "app/Some.NAME.runtimeconfig.json", "etc/amd64"],
                image.Files.Select(file => file.Replace(name, "NAME", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }

        // A new build, of another revision, in which one program has changed: only its image changes, and only it is pushed.
        Directory.Delete(hosts.WorkFolder, recursive: true);
        hosts.WriteProgram("router", "return 1;");
        Assert.Equal(ExitCode.Done, await PushAsync(revision: "another"));
        var second = await ImagesAsync();
        Assert.NotEqual(first["router"].Digest, second["router"].Digest);
        Assert.Equal(first["inference"].Digest, second["inference"].Digest);
        Assert.Equal((2, 1), ((await TagsAsync("router")).Count, (await TagsAsync("inference")).Count));

        // The tag of the base image moves, as after a security update.
        Assert.Equal(baseImage, await registry!.PushBaseAsync("two", Cancellation));
        Assert.Equal(ExitCode.Done, await PushAsync(only: "inference"));
        var third = await ImagesAsync();
        Assert.Equal(second["router"].Digest, third["router"].Digest);
        Assert.NotEqual(first["inference"].Digest, third["inference"].Digest);
        var tags = await registry.TagsAsync("space/modelserving-dev/inference", Cancellation);
        Assert.Equal(4, tags.Count);
        Assert.All(tags, tag => Assert.Matches(Tag(), tag));
    }

    [Fact]
    public async Task A_base_image_with_a_digest_is_used_although_its_tag_has_moved_and_the_newer_one_is_reported()
    {
        var pinned = await registry!.PushIndexAsync("dotnet/aspnet", "10.0", "one", Cancellation);
        var newest = await registry.PushIndexAsync("dotnet/aspnet", "10.0", "two", Cancellation);
        Assert.NotEqual(pinned, newest);
        var tag = baseImage;
        baseImage = $"{tag}@{pinned}";

        Assert.Equal(ExitCode.Done, await PushAsync());

        Assert.All(
            (await ImagesAsync()).Values,
            image => Assert.Equal(baseImage, image.Label("org.opencontainers.image.base.name")));
        Assert.Single(Regex.Matches(terminal.Errors, Regex.Escape($"{tag} is now {newest}")));
    }

    [Fact]
    public async Task Arm_nodes_get_Arm_images()
    {
        hosts.Reset(Cloud.Replace(
            "    allowedCidrs",
            "    nodes: { shape: VM.Standard.A1.Flex }\n    allowedCidrs",
            StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, await PushAsync(only: "inference"));
        var image = Assert.Single(await ImagesAsync()).Value;
        Assert.Equal("arm64", (string?)image.Config["architecture"]);
        Assert.Contains("etc/arm64", image.Files);
    }

    [Fact]
    public async Task A_double_is_never_pushed()
    {
        hosts.WriteProgram("inference", "return 0;", hosts.WriteDouble());
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync());
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.StartsWith("the image inference would contain Store.Double.dll, ", e.Lines[0], StringComparison.Ordinal);
        Assert.Equal(2, e.Lines.Count);
        Assert.Equal(Cloud, hosts.StackText);

        // The project's own target also refuses it.
        var publish = await Tool.RunAsync(new ProcessStartInfo("dotnet",
        [
            "msbuild", hosts.Project("inference").Path, "-t:PublishContainer", "-nologo", "-nodeReuse:false", "-terminalLogger:off",
            "-p:Configuration=Release",
            "-p:RuntimeIdentifier=linux-x64",
            "-p:SelfContained=false",
            $"-p:ArtifactsPath={hosts.WorkFolder}",
            $"-p:PublishDir={hosts.Published("inference", "linux-x64")}/",
            $"-p:ContainerRegistry={registry!.Host}", "-p:ContainerRepository=by-hand", $"-p:ContainerBaseImage={baseImage}",
        ]), "", Cancellation);
        Assert.NotEqual(0, publish!.Code);
        Assert.Contains(publish.Output, line => line.Contains("error : Store.Double.dll would be in the image", StringComparison.Ordinal));
        Assert.Equal(["dotnet/aspnet"], await registry.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task A_program_that_does_not_compile_leaves_registry_and_stack_file_as_they_were()
    {
        hosts.WriteProgram("inference", "return nothing;");
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync());
        Assert.Equal("the image inference could not be built:", e.Lines[0]);
        Assert.EndsWith(
            "error CS0103: The name 'nothing' does not exist in the current context",
            Assert.Single(e.Lines.Skip(1)),
            StringComparison.Ordinal);
        Assert.Equal(Cloud, hosts.StackText);
        Assert.Equal(["dotnet/aspnet"], await registry!.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task A_failed_push_leaves_the_stack_file_as_it_was()
    {
        // The first of the two is pushed.
        hosts.WriteProgram("inference", "return 0;", """<ContainerPort Include="none" />""");
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync());
        Assert.Equal("the image inference could not be built:", e.Lines[0]);
        Assert.Contains(
            e.Lines,
            line => line.Contains("CONTAINER", StringComparison.Ordinal) && line.Contains("none", StringComparison.Ordinal));
        Assert.Equal(Cloud, hosts.StackText);
        Assert.Equal(["dotnet/aspnet", "space/modelserving-dev/router"], await registry!.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task A_missing_base_image_is_named()
    {
        baseImage = baseImage.Replace("10.0", "9.9", StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync(only: "router"));
        Assert.Equal([$"the base image {baseImage} does not exist; choose another with --base-image"], e.Lines);
        Assert.Equal(Cloud, hosts.StackText);
    }

    [GeneratedRegex("^(content-[0-9a-f]{32}|sha256-[0-9a-f]{64})$")]
    private static partial Regex Tag();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<int> PushAsync(string? revision = null, string? only = null)
    {
        var build = new ImageBuild("dotnet", hosts.WorkFolder, ImagesCommand.RuntimeOf(hosts.Stack.ReadCloud().Cloud!));
        var push = new ImagePush(terminal.Terminal, build, ImageDestination.Parse($"{registry!.Host}/space", "dev"), NoLogins);
        return await ImagesCommand.PushAsync(
            terminal.Terminal,
            hosts.Stack,
            push,
            only is null ? hosts.Projects : [hosts.Project(only)],
            baseImage,
            revision,
            Cancellation);
    }

    // The registry's images that the stack file names.
    private async Task<Dictionary<string, RegistryImage>> ImagesAsync()
    {
        var named = hosts.Stack.ReadCloud().Cloud!.Images;
        var images = new Dictionary<string, RegistryImage>();
        foreach (var name in ImageNames.All)
        {
            if (named.DigestOf(name) is not { } digest)
                continue;
            var image = await registry!.FindAsync($"space/modelserving-dev/{name}", digest, Cancellation);
            Assert.Equal(digest, image?.Digest);
            images.Add(name, image!);
        }

        return images;
    }

    // The tags that are digests of an image's content.
    private async Task<IReadOnlyList<string>> TagsAsync(string image) =>
        [.. (await registry!.TagsAsync($"space/modelserving-dev/{image}", Cancellation))
            .Where(static tag => tag.StartsWith("content-", StringComparison.Ordinal))];

    /// <summary>The programs. All tests share them, so that each is compiled once and again only when a test changes it.</summary>
    public sealed class Sources : IDisposable
    {
        internal SomeHosts Hosts { get; } = new();

        public void Dispose() => Hosts.Dispose();
    }
}

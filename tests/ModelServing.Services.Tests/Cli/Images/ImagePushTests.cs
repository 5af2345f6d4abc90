using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Pushes of small programs, by the .NET SDK and to a real registry. The hosts themselves are pushed end to end.</summary>
public sealed partial class ImagePushTests : IAsyncLifetime
{
    private const string Cloud = """
        # of a test
        config:
          modelserving:models: { fraud: { stable: { version: 1 } } }
          modelserving:region: eu-frankfurt-1   # near
          modelserving:tenancy: ocid1.tenancy.oc1..a
          modelserving:compartment: ocid1.compartment.oc1..b
          modelserving:cluster:
            nodeImage: ocid1.image.oc1.eu-frankfurt-1.c
            allowedCidrs:
              - 198.51.100.0/24 # the office
        # the end

        """;

    private static readonly ContainerRegistryLogins NoLogins = new(static _ => null, "/nowhere");

    private readonly RecordedTerminal terminal = new(json: true);
    private LoopbackRegistry? registry;
    private string baseImage = "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(LoopbackRegistry.IsInstalled, LoopbackRegistry.Missing);
        registry = await LoopbackRegistry.StartAsync();
        baseImage = await registry.PushBaseAsync(cancellation: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (registry is not null)
            await registry.DisposeAsync();
    }

    [Fact]
    public async Task What_is_pushed_is_what_the_stack_file_names_and_what_is_unchanged_stays()
    {
        using var hosts = new SomeHosts(Cloud);
        Assert.Equal(ExitCode.Done, await PushAsync(hosts, revision: "abc-dirty"));

        // The file differs in the digests, and in nothing else.
        var first = await ImagesAsync(hosts);
        Assert.Equal(
            Cloud.Replace("# the office\n", $"# the office\n  modelserving:images:\n    router: {first["router"].Digest}\n    inference: {first["inference"].Digest}\n", StringComparison.Ordinal),
            hosts.StackText);
        Assert.DoesNotContain(Directory.GetFiles(hosts.Stack.Folder), file => file.EndsWith(".new", StringComparison.Ordinal));
        Assert.Contains("before pulumi up: Pulumi.dev.yaml", terminal.Errors, StringComparison.Ordinal);

        // Each image is its program's, starts it, and is nobody's but the user's that pods run as.
        foreach (var (name, image) in first)
        {
            Assert.Equal(image.Digest, (await registry!.FindAsync($"space/modelserving-dev/{name}", ImageNames.TagOf(image.Digest), Cancellation))?.Digest);
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

        // Unchanged sources, built anew: the same digests, and nothing is pushed.
        var named = hosts.StackText;
        Directory.Delete(hosts.WorkFolder, recursive: true);
        Assert.Equal(ExitCode.Done, await PushAsync(hosts, revision: "another"));
        Assert.Equal(named, hosts.StackText);
        Assert.Equal((1, 1), ((await TagsAsync("router")).Count, (await TagsAsync("inference")).Count));

        // One program changes, and so does its image.
        hosts.WriteProgram("router", "return 1;");
        Assert.Equal(ExitCode.Done, await PushAsync(hosts));
        var second = await ImagesAsync(hosts);
        Assert.NotEqual(first["router"].Digest, second["router"].Digest);
        Assert.Equal(first["inference"].Digest, second["inference"].Digest);
        Assert.Equal((2, 1), ((await TagsAsync("router")).Count, (await TagsAsync("inference")).Count));

        // The base image's tag names another one, as after a security update.
        Assert.Equal(baseImage, await registry!.PushBaseAsync("two", Cancellation));
        Assert.Equal(ExitCode.Done, await PushAsync(hosts, only: "inference"));
        var third = await ImagesAsync(hosts);
        Assert.Equal(second["router"].Digest, third["router"].Digest);
        Assert.NotEqual(first["inference"].Digest, third["inference"].Digest);
        var tags = await registry.TagsAsync("space/modelserving-dev/inference", Cancellation);
        Assert.Equal(4, tags.Count);
        Assert.All(tags, tag => Assert.Matches(Tag(), tag));
    }

    [Fact]
    public async Task Nodes_of_Arm_get_images_of_Arm()
    {
        using var hosts = new SomeHosts(Cloud.Replace("    allowedCidrs", "    nodes: { shape: VM.Standard.A1.Flex }\n    allowedCidrs", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, await PushAsync(hosts, only: "inference"));
        var image = Assert.Single(await ImagesAsync(hosts)).Value;
        Assert.Equal("arm64", (string?)image.Config["architecture"]);
        Assert.Contains("etc/arm64", image.Files);
    }

    [Fact]
    public async Task A_double_is_pushed_by_no_road()
    {
        using var hosts = new SomeHosts(Cloud);
        hosts.WriteProgram("inference", "return 0;", hosts.WriteDouble());
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync(hosts));
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.StartsWith("the image inference would hold Store.Double.dll: ", e.Lines[0], StringComparison.Ordinal);
        Assert.Equal(2, e.Lines.Count);
        Assert.Equal(Cloud, hosts.StackText);

        // By hand: the project's own target refuses it.
        var publish = await Tool.RunAsync(new ProcessStartInfo("dotnet",
        [
            "msbuild", hosts.Project("inference").Path, "-t:PublishContainer", "-nologo", "-nodeReuse:false", "-terminalLogger:off",
            "-p:Configuration=Release", "-p:RuntimeIdentifier=linux-x64", "-p:SelfContained=false", $"-p:ArtifactsPath={hosts.WorkFolder}", $"-p:PublishDir={hosts.Published("inference", "linux-x64")}/",
            $"-p:ContainerRegistry={registry!.Host}", "-p:ContainerRepository=by-hand", $"-p:ContainerBaseImage={baseImage}",
        ]), "", Cancellation);
        Assert.NotEqual(0, publish!.Code);
        Assert.Contains(publish.Output, line => line.Contains("error : Store.Double.dll would be in the image", StringComparison.Ordinal));
        Assert.Equal(["dotnet/aspnet"], await registry.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task A_program_that_does_not_compile_leaves_registry_and_stack_file_as_they_were()
    {
        using var hosts = new SomeHosts(Cloud);
        hosts.WriteProgram("inference", "return nothing;");
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync(hosts));
        Assert.Equal("the image inference could not be made:", e.Lines[0]);
        Assert.EndsWith("error CS0103: The name 'nothing' does not exist in the current context", Assert.Single(e.Lines.Skip(1)), StringComparison.Ordinal);
        Assert.Equal(Cloud, hosts.StackText);
        Assert.Equal(["dotnet/aspnet"], await registry!.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task An_image_that_the_SDK_can_not_push_leaves_the_stack_file_as_it_was()
    {
        using var hosts = new SomeHosts(Cloud);
        // The first of the two can be pushed, and is.
        hosts.WriteProgram("inference", "return 0;", """<ContainerPort Include="none" />""");
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync(hosts));
        Assert.Equal("the image inference could not be made:", e.Lines[0]);
        Assert.Contains(e.Lines, line => line.Contains("CONTAINER", StringComparison.Ordinal) && line.Contains("none", StringComparison.Ordinal));
        Assert.Equal(Cloud, hosts.StackText);
        Assert.Equal(["dotnet/aspnet", "space/modelserving-dev/router"], await registry!.RepositoriesAsync(Cancellation));
    }

    [Fact]
    public async Task A_base_image_that_is_not_there_is_named()
    {
        using var hosts = new SomeHosts(Cloud);
        baseImage = baseImage.Replace("10.0", "9.9", StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<CommandException>(() => PushAsync(hosts, only: "router"));
        Assert.Equal([$"the base image {baseImage} does not exist; --base-image names another"], e.Lines);
        Assert.Equal(Cloud, hosts.StackText);
    }

    [GeneratedRegex("^(content-[0-9a-f]{32}|sha256-[0-9a-f]{64})$")]
    private static partial Regex Tag();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<int> PushAsync(SomeHosts hosts, string? revision = null, string? only = null)
    {
        var build = new ImageBuild("dotnet", hosts.WorkFolder, ImagesCommand.RuntimeOf(hosts.Stack.ReadCloud().Cloud!));
        var push = new ImagePush(terminal.Terminal, build, ImageDestination.Parse($"{registry!.Host}/space", "dev"), NoLogins);
        return await ImagesCommand.PushAsync(terminal.Terminal, hosts.Stack, push, only is null ? hosts.Projects : [hosts.Project(only)], baseImage, revision, Cancellation);
    }

    // The images that the stack file names, as the registry has them.
    private async Task<Dictionary<string, RegistryImage>> ImagesAsync(SomeHosts hosts)
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

    // The tags that say what an image is made of.
    private async Task<IReadOnlyList<string>> TagsAsync(string image) =>
        [.. (await registry!.TagsAsync($"space/modelserving-dev/{image}", Cancellation)).Where(static tag => tag.StartsWith("content-", StringComparison.Ordinal))];
}

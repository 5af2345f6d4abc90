using System.Text;
using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms images push</c> as a user runs it, with the real hosts, a registry with a login, and the repository's own stack
/// file.</summary>
public sealed class ImagesTests : IAsyncLifetime
{
    // The first push builds every host.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);

    private static readonly string[] Images = ["router", "inference", "functions", "jobs"];

    private readonly StackFolder folder = new();

    // Not in the stack's folder, because a process with a path of that folder counts as part of the platform.
    private readonly TemporaryFolder docker = new();

    private LoopbackRegistry? registry;
    private string before = "";

    public async ValueTask InitializeAsync()
    {
        before = await File.ReadAllTextAsync(Repository.Combine("Pulumi.dev.yaml"), Cancellation);
        await File.WriteAllTextAsync(folder.StackFile, before, Cancellation);
        Assert.SkipUnless(LoopbackRegistry.IsInstalled, LoopbackRegistry.Missing);
        registry = await LoopbackRegistry.StartAsync(withLogin: true);
        Login(registry.Host, LoopbackRegistry.Password);
    }

    public async ValueTask DisposeAsync()
    {
        if (registry is not null)
            await registry.DisposeAsync();
        docker.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_hosts_are_pushed_but_none_if_one_contains_a_double()
    {
        var baseImage = await registry!.PushBaseAsync(cancellation: Cancellation);
        var (exitCode, output) = await PushAsync("--registry", $"{registry.Host}/space", "--base-image", baseImage, "--json");
        var doubles = Images.Where(image => Directory.EnumerateFiles(Path.GetDirectoryName(MsProcess.Program(
            ProjectOf(image),
            image))!, "*.Double.dll").Any()).ToList();
        if (doubles.Count > 0)
        {
            Assert.True(exitCode == 1, output);
            Assert.Contains($"the image {doubles[0]} would contain", output, StringComparison.Ordinal);
            Assert.Equal(["dotnet/aspnet"], await registry.RepositoriesAsync(Cancellation));
            AssertUntouched();
            return;
        }

        Assert.True(exitCode == 0, output);
        var lines = new StringBuilder("  modelserving:images:\n");
        foreach (var image in Images)
        {
            var repository = $"space/modelserving-dev/{image}";
            var pushed = (await registry.FindAsync(
                repository,
                Assert.Single(
                    await registry.TagsAsync(repository, Cancellation),
                    static tag => tag.StartsWith("content-", StringComparison.Ordinal)),
                Cancellation))!;
            Assert.Equal(pushed.Digest, (await registry.FindAsync(repository, pushed.Digest, Cancellation))?.Digest);
            lines.Append("    ").Append(image).Append(": ").Append(pushed.Digest).Append('\n');

            // The image has all that the host needs on the nodes' architecture, and nothing for other systems, tests or compilers.
            Assert.Equal(image == "functions" ? "1000" : "1654", pushed.Text("User"));
            Assert.Equal(
                image == "functions"
                    ? "application/vnd.docker.distribution.manifest.v2+json"
                    : "application/vnd.oci.image.manifest.v1+json",
                pushed.MediaType);
            Assert.Equal(["8080/tcp"], pushed.Keys("ExposedPorts"));
            Assert.Equal(["dotnet", $"/app/ModelServing.{ProjectOf(image)}.dll"], pushed.List("Entrypoint"));
            Assert.Contains($"app/ModelServing.{ProjectOf(image)}.dll", pushed.Files);
            Assert.Equal(image == "inference", pushed.Files.Contains("app/libonnxruntime.so"));
            Assert.Equal(image == "jobs", pushed.Files.Contains("app/libduckdb.so"));
            Assert.DoesNotContain(
                pushed.Files,
                file => file.EndsWith(".xml", StringComparison.Ordinal) || file.EndsWith("/onnxruntime.dll", StringComparison.Ordinal));
            Assert.DoesNotContain(
                pushed.Files,
                file => file.Contains(
                    "Test",
                    StringComparison.OrdinalIgnoreCase) || file.Contains(".Double.", StringComparison.OrdinalIgnoreCase));
        }

        Assert.Equal(before + lines, await File.ReadAllTextAsync(folder.StackFile, Cancellation));
    }

    [Fact]
    public async Task A_wrong_password_is_reported_before_anything_is_built()
    {
        Login(registry!.Host, "wrong");
        var (exitCode, output) = await PushAsync("--registry", $"{registry.Host}/space");
        Assert.Equal(
            (1, $"the registry {registry.Host} refuses the login of {LoopbackRegistry.User} ({docker.Combine("config.json")}); run: " +
                $"docker login {registry.Host}\n"),
            (exitCode, output));
        AssertUntouched();
    }

    [Fact]
    public async Task The_login_may_come_from_a_credential_helper()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the helper of this test is a shell script");
        var helper = docker.Combine("docker-credential-of-a-test");
        await File.WriteAllTextAsync(helper, $$"""
            #!/bin/sh
            read -r host
            [ "$1 $host" = "get {{registry!.Host}}" ] && echo '{ "ServerURL": "it", "Username": "helped", "Secret": "wrong" }'

            """.ReplaceLineEndings("\n"), Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(docker.Combine("config.json"), """{ "credsStore": "of-a-test" }""", Cancellation);
        var (exitCode, output) = await PushAsync("--registry", $"{registry.Host}/space");
        Assert.Equal(
            (1, $"the registry {registry.Host} refuses the login of helped (docker-credential-of-a-test); run: docker login " +
                $"{registry.Host}\n"),
            (exitCode, output));
    }

    [Fact]
    public async Task An_unreachable_registry_is_reported()
    {
        var host = registry!.Host;
        await registry.DisposeAsync();
        registry = null;
        var (exitCode, output) = await PushAsync("--registry", $"{host}/space");
        Assert.Equal(1, exitCode);
        Assert.StartsWith(
            $"the registry {host} is unreachable: ",
            Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
        AssertUntouched();
    }

    [Fact]
    public async Task Without_a_login_for_the_regions_registry_the_message_has_the_command()
    {
        var (exitCode, output) = await PushAsync();
        Assert.Equal(2, exitCode);
        Assert.StartsWith(
            "there is no login for ocir.eu-frankfurt-1.oci.oraclecloud.com; run: docker login ",
            Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
        AssertUntouched();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string ProjectOf(string image) => char.ToUpperInvariant(image[0]) + image[1..];

    private async Task<(int ExitCode, string Output)> PushAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["REGISTRY_AUTH_FILE"] = docker.Combine("config.json"),
            ["PATH"] = $"{docker.FullPath}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            // The SDK stores layers here.
            ["XDG_CACHE_HOME"] = docker.FullPath,
            // Ignore the logins of the person who runs the tests.
            ["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "",
            ["DOTNET_CONTAINER_PULL_REGISTRY_UNAME"] = "",
            ["DOTNET_CONTAINER_REGISTRY_UNAME"] = "",
            ["SDK_CONTAINER_REGISTRY_UNAME"] = "",
        };
        await using var ms = MsProcess.Start(folder, environment, ["images", "push", .. arguments]);
        return (await ms.ExitAsync(Timeout), ms.Output);
    }

    private void AssertUntouched() => Assert.Equal(before, File.ReadAllText(folder.StackFile));

    private void Login(string host, string password) => File.WriteAllText(docker.Combine("config.json"), JsonSerializer.Serialize(new
    {
        auths = new Dictionary<string, object>
        {
            [host] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LoopbackRegistry.User}:{password}")) },
        },
    }));
}

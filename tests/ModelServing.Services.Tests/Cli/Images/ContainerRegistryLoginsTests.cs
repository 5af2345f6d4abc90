using System.Text;
using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

public sealed class ContainerRegistryLoginsTests : IDisposable
{
    private const string Host = "ocir.eu-frankfurt-1.oci.oraclecloud.com";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Without_a_login_for_the_host_none_is_found()
    {
        Assert.Null(await PushAsync());
        Write(".docker/config.json", $$"""{ "auths": { "other.example.com": { "auth": "{{Encoded("a:b")}}" } } }""");
        Assert.Null(await PushAsync());
    }

    [Theory]
    [InlineData(Host)]
    [InlineData($"https://{Host}/v1/")]
    public async Task The_login_of_docker_login_is_found(string key)
    {
        Write(".docker/config.json", $$"""{ "auths": { "{{key}}": { "auth": "{{Encoded("space/user:p:w")}}" } } }""");
        Assert.Equal(new ContainerRegistryLogin("space/user", "p:w", folder.Combine(".docker/config.json")), await PushAsync());
        Assert.DoesNotContain("p:w", (await PushAsync())!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_most_specific_place_wins()
    {
        Login(".docker/config.json", "home");
        Assert.Equal("home", (await PushAsync())!.User);
        environment["DOCKER_CONFIG"] = folder.Combine("docker");
        Login("docker/config.json", "docker");
        Assert.Equal("docker", (await PushAsync())!.User);
        Login(".config/containers/auth.json", "podman");
        Assert.Equal("podman", (await PushAsync())!.User);
        environment["XDG_RUNTIME_DIR"] = folder.Combine("run");
        Login("run/containers/auth.json", "session");
        Assert.Equal("session", (await PushAsync())!.User);
        environment["REGISTRY_AUTH_FILE"] = folder.Combine("only");
        Assert.Null(await PushAsync());
        foreach (var prefix in (string[])["SDK_CONTAINER_REGISTRY", "DOTNET_CONTAINER_REGISTRY", "DOTNET_CONTAINER_PUSH_REGISTRY"])
        {
            environment[prefix + "_UNAME"] = prefix;
            Assert.NotEqual(prefix, (await PushAsync())?.User);
            environment[prefix + "_PWORD"] = "secret";
            Assert.Equal(prefix, (await PushAsync())!.User);
        }
    }

    [Fact]
    public async Task A_login_for_pushing_is_not_sent_to_the_registry_of_the_base_image()
    {
        foreach (var prefix in (string[])["DOTNET_CONTAINER_PUSH_REGISTRY", "DOTNET_CONTAINER_REGISTRY"])
            (environment[prefix + "_UNAME"], environment[prefix + "_PWORD"]) = (prefix, "secret");
        Assert.Null(await Logins.FindForPullAsync("mcr.microsoft.com", isPushedTo: false, default));
        Assert.Equal("DOTNET_CONTAINER_REGISTRY", (await Logins.FindForPullAsync(Host, isPushedTo: true, default))!.User);
    }

    [Fact]
    public async Task An_identity_token_is_recognized()
    {
        Write(".docker/config.json", $$"""{ "auths": { "{{Host}}": { "auth": "{{Encoded("user:")}}", "identitytoken": "t" } } }""");
        Assert.Equal(
            new ContainerRegistryLogin("user", "t", folder.Combine(".docker/config.json"), IsIdentityToken: true),
            await PushAsync());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData($$"""{ "auths": { "{{Host}}": { "auth": "!" } } }""")]
    [InlineData($$"""{ "auths": { "{{Host}}": { "auth": "YQ==" } } }""")]
    public async Task A_file_that_can_not_be_read_is_named(string content)
    {
        Write(".docker/config.json", content);
        var e = await Assert.ThrowsAsync<CommandException>(PushAsync);
        Assert.StartsWith(
            folder.Combine(".docker/config.json") + " is not a valid file of Docker logins: ",
            e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_helper_that_is_not_there_is_named()
    {
        Write(".docker/config.json", $$"""{ "credHelpers": { "{{Host}}": "of-no-machine" } }""");
        var e = await Assert.ThrowsAsync<CommandException>(PushAsync);
        Assert.EndsWith(
            "names the credential helper docker-credential-of-no-machine, which is not on the path",
            e.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("registry.example.com:5000", true)]
    [InlineData("127.0.0.1:5000", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData(Host, false)]
    public void Only_this_machine_and_listed_hosts_may_be_called_without_TLS(string host, bool may)
    {
        environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = "a; registry.example.com:5000";
        Assert.Equal(may, Logins.IsInsecure(host));
    }

    private ContainerRegistryLogins Logins => new(environment.GetValueOrDefault, folder.FullPath);

    private Task<ContainerRegistryLogin?> PushAsync() => Logins.FindForPushAsync(Host, TestContext.Current.CancellationToken);

    private void Login(string file, string user) =>
        Write(file, $$"""{ "auths": { "{{Host}}": { "auth": "{{Encoded(user + ":secret")}}" } } }""");

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Combine(file))!);
        File.WriteAllText(folder.Combine(file), content);
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

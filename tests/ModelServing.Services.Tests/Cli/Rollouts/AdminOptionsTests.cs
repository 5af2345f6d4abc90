using System.CommandLine;
using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public sealed class AdminOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_token_goes_to_the_gateway_and_a_key_to_a_forwarded_port()
    {
        Assert.Equal(
            ("https://api.example.com/", "Authorization", "Bearer ey.J.x"),
            Read("--admin", "https://api.example.com", "--token-file", File("ey.J.x\n")));
        Assert.Equal(
            ("http://127.0.0.1:8081/", "X-API-Key", "msk_x"),
            Read("--admin", "http://127.0.0.1:8081", "--key-file", File("msk_x\n")));
    }

    [Fact]
    public void Without_an_option_the_credential_comes_from_the_environment()
    {
        environment[AdminOptions.TokenVariable] = "ey.J.x";
        Assert.Equal("Bearer ey.J.x", Read("--admin", "https://api.example.com").Value);
        Assert.Equal("msk_x", Read("--admin", "https://api.example.com", "--key-file", File("msk_x")).Value);
        environment[AdminOptions.KeyVariable] = "msk_y";
        Assert.Contains("both set", Refused("--admin", "https://api.example.com"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("http://10.0.1.70:8081")]
    public void No_credential_goes_unencrypted_to_another_machine(string address) =>
        Assert.Contains(
            "plain http would expose the credential",
            Refused("--admin", address, "--token-file", File("ey.J.x")),
            StringComparison.Ordinal);

    [Fact]
    public void An_invalid_credential_is_refused_with_the_way_to_correct_it()
    {
        Assert.Contains("--token-file", Refused("--admin", "https://api.example.com"), StringComparison.Ordinal);
        Assert.Contains(
            "only one of the two",
            Refused("--admin", "https://api.example.com", "--token-file", File("a"), "--key-file", File("b")),
            StringComparison.Ordinal);
        Assert.Contains(
            "does not contain a token",
            Refused("--admin", "https://api.example.com", "--token-file", File("ey J\nx")),
            StringComparison.Ordinal);
        Assert.Contains(
            "can't be read",
            Refused("--admin", "https://api.example.com", "--token-file", folder.Combine("none")),
            StringComparison.Ordinal);
        Assert.Contains(
            "is not an http address",
            Refused("--admin", "127.0.0.1:8081", "--token-file", File("a")),
            StringComparison.Ordinal);
        Assert.Contains(
            "is not an http address",
            Refused("--admin", "ftp://api.example.com", "--token-file", File("a")),
            StringComparison.Ordinal);
    }

    private (string Address, string Header, string Value) Read(params string[] arguments)
    {
        var options = new AdminOptions(environment.GetValueOrDefault);
        var command = new Command("some");
        options.AddTo(command);
        var (address, credential) = options.Read(command.Parse(arguments));
        return (address.ToString(), credential.Header, credential.Value);
    }

    private string Refused(params string[] arguments)
    {
        var refused = Assert.Throws<CommandException>(() => Read(arguments));
        Assert.Equal(ExitCode.WrongInput, refused.ExitCode);
        return refused.Message;
    }

    private string File(string content)
    {
        var path = folder.Combine(Guid.NewGuid().ToString("N"));
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}

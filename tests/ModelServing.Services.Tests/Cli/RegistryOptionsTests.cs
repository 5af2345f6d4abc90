using System.CommandLine;
using ModelServing.Cli;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Oci;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli;

public sealed class RegistryOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RegistryOptionsTests()
    {
        foreach (var stack in (string[])["dev", "prod"])
            File.Copy(Repository.Combine($"Pulumi.{stack}.yaml"), folder.Combine($"Pulumi.{stack}.yaml"));
        File.WriteAllText(folder.Combine("Pulumi.here.yaml"), SomeStack.Yaml());
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", ".modelserving/dev/registry")]
    [InlineData("--local", ".modelserving/dev/registry")]
    [InlineData("--stack prod --local", ".modelserving/prod/registry")]
    [InlineData("-s here --local", ".modelserving/here/registry")]
    public async Task Without_a_stack_or_with_local_the_registry_is_on_this_machine(string arguments, string expected) =>
        Assert.Equal("file:" + folder.Combine(expected.Split('/')), await LocationAsync(arguments));

    [Theory]
    [InlineData("--registry file:/srv/models", "file:/srv/models")]
    [InlineData("--stack prod --registry file:/srv/models", "file:/srv/models")]
    public async Task A_named_registry_is_used(string arguments, string expected) => Assert.Equal(expected, await LocationAsync(arguments));

    [Theory]
    [InlineData("--registry file:/srv --local", "--registry and --local each name a registry")]
    [InlineData("--stack none", "Pulumi.none.yaml does not exist")]
    [InlineData(
        "--stack prod --identity me",
        "--identity: 'me' is not an identity; it must be workload-identity, resource-principal, instance-principal or config-file")]
    public async Task Contradicting_or_invalid_options_are_refused(string arguments, string message)
    {
        var e = await Assert.ThrowsAsync<CommandException>(() => LocationAsync(arguments));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_a_stack_without_cloud_settings_the_message_names_the_option_for_this_machine()
    {
        var e = await Assert.ThrowsAsync<CommandException>(() => LocationAsync("--stack here"));
        Assert.Contains(e.Lines, static line => line.Contains("modelserving:region", StringComparison.Ordinal));
        Assert.EndsWith("for the registry on this machine, add --local", e.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stack prod", "oci:examplenamespace/modelserving-prod-artifacts")]
    [InlineData("-s dev", "oci:examplenamespace/modelserving-dev-artifacts")]
    [InlineData("--registry oci:another/bucket", "oci:another/bucket")]
    public async Task A_stack_selects_the_bucket_of_its_environment(string arguments, string expected)
    {
        await using var tested = await TestedBucket.StartAsync();
        var environment = new Dictionary<string, string>();
        tested.Settings.Write(environment);
        Assert.Equal(expected, await LocationAsync(arguments, new OciOptions(environment.GetValueOrDefault)));
    }

    [Theory]
    [InlineData("", "", "config-file DEFAULT - -")]
    [InlineData("--profile work", "OCI_CLI_PROFILE=home", "config-file work - -")]
    [InlineData("", "OCI_CLI_PROFILE=home;OCI_CLI_CONFIG_FILE=/etc/oci", "config-file home /etc/oci -")]
    [InlineData(
        "",
        "MODELSERVING_OCI_PROFILE=ours;OCI_CLI_PROFILE=home;MODELSERVING_OCI_CONFIG_FILE=/a;OCI_CLI_CONFIG_FILE=/b",
        "config-file ours /a -")]
    [InlineData("", "MODELSERVING_OCI_IDENTITY=instance-principal", "instance-principal DEFAULT - -")]
    [InlineData("--identity resource-principal", "MODELSERVING_OCI_IDENTITY=instance-principal", "resource-principal DEFAULT - -")]
    [InlineData("", "MODELSERVING_OCI_OBJECT_STORAGE_ENDPOINT=http://127.0.0.1:1", "config-file DEFAULT - http://127.0.0.1:1")]
    public void The_identity_comes_from_the_command_line_our_variables_or_those_of_OCIs_tools(
        string arguments,
        string variables,
        string expected)
    {
        var set = variables.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(static one => one.Split('=', 2))
            .ToDictionary(static one => one[0], static one => one[1]);
        var oci = new OciOptions(set.GetValueOrDefault);
        var command = new Command("some");
        oci.AddTo(command);
        var settings = oci.Read(command.Parse(arguments), "eu-zurich-1");
        Assert.Equal("eu-zurich-1", settings.Region);
        Assert.Equal(
            expected,
            $"{OciIdentities.Text(settings.Identity)} {settings.Profile} {settings.ConfigFile ?? "-"} " +
                $"{settings.ObjectStorageEndpoint ?? "-"}");
    }

    private async Task<string> LocationAsync(string arguments, OciOptions? oci = null)
    {
        var options = oci is null ? new RegistryOptions() : new RegistryOptions(oci);
        var command = new Command("test");
        options.AddTo(command);
        return (await options.OpenAsync(
            command.Parse($"{arguments} --cwd {folder.FullPath}"),
            null,
            TestContext.Current.CancellationToken)).Location;
    }
}

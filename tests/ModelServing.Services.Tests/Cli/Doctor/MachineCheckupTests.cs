using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ModelServing.Cli;
using ModelServing.Cli.Doctor;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Doctor;

public sealed class MachineCheckupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SomeTools tools = new();

    public MachineCheckupTests() => File.WriteAllText(folder.Combine("Pulumi.dev.yaml"), SomeStack.Yaml());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_machine_that_can_run_the_platform_has_nothing_wrong()
    {
        // The checkout in which these tests were built, whose programs may be missing.
        var findings = await CheckAsync(AppContext.BaseDirectory);
        Assert.DoesNotContain(findings, static finding => finding.State == FindingState.Wrong && finding.Check != "programs");
        Assert.DoesNotContain(findings, static finding => finding.State == FindingState.Unasked);
        Assert.Equal(
            ["sdk", "programs", "packages", "stack file", "port", "disk (state)", "disk (temporary)", "permissions", "pulumi", "oci"],
            findings.Select(static finding => finding.Check));
    }

    [Fact]
    public async Task It_leaves_no_trace()
    {
        await CheckAsync(AppContext.BaseDirectory);
        Assert.Equal(["Pulumi.dev.yaml"], Directory.EnumerateFileSystemEntries(folder.FullPath).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Programs_that_are_not_built_are_wrong()
    {
        var finding = await FindAsync("programs", folder.FullPath);
        Assert.Equal((FindingState.Wrong, "./dev build"), (finding.State, finding.Fix));
    }

    [Fact]
    public async Task Outside_a_checkout_no_SDK_is_needed() =>
        Assert.Equal(FindingState.Note, (await FindAsync("sdk", folder.FullPath)).State);

    [Fact]
    public async Task An_SDK_that_does_not_start_is_wrong()
    {
        tools.Missing.Add("dotnet");
        Assert.Equal(FindingState.Wrong, (await FindAsync("sdk")).State);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_wrong()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        File.AppendAllText(folder.Combine("Pulumi.dev.yaml"), $"  modelserving:local:\n    port: {port}\n");
        var finding = await FindAsync("port");
        Assert.Equal(FindingState.Wrong, finding.State);
        Assert.Contains($"port {port} on 127.0.0.1 is taken", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_stack_file_is_wrong_and_the_command_that_makes_one_is_named()
    {
        File.Delete(folder.Combine("Pulumi.dev.yaml"));
        var finding = await FindAsync("stack file");
        Assert.Equal((FindingState.Wrong, $"{OwnCommand.Name} init"), (finding.State, finding.Fix));
    }

    [Fact]
    public async Task A_stack_file_with_a_fault_is_wrong()
    {
        File.WriteAllText(folder.Combine("Pulumi.dev.yaml"), SomeStack.Yaml(percent: "500"));
        Assert.Contains("Pulumi.dev.yaml", (await FindAsync("stack file")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_is_wrong()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "this user may write everywhere");
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(folder.FullPath, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Equal(FindingState.Wrong, (await FindAsync("permissions")).State);
        }
        finally
        {
            File.SetUnixFileMode(folder.FullPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Tools_that_only_an_apply_needs_are_notes()
    {
        tools.Missing.Add("pulumi");
        Assert.Equal(FindingState.Note, (await FindAsync("pulumi")).State);
    }

    [Fact]
    public async Task An_older_pulumi_than_the_workflows_have_is_a_note()
    {
        tools.Pulumi = "v3.100.0";
        var finding = await FindAsync("pulumi");
        Assert.Equal(FindingState.Note, finding.State);
        Assert.Contains("3.100.0 is older than", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pulumi_that_the_workflows_install_is_the_one_that_is_compared_and_documented()
    {
        string[] names =
        [
            Found(Path.Combine(".github", "install-pulumi"), @"(?m)^version=(\S+)$"),
            Found(Path.Combine(".github", "workflows", "deploy.yml"), @"pulumi-version: (\S+)"),
            Found(Path.Combine("docs", "deploy.md"), @"(?m)^\| \[Pulumi\].*? \| ([0-9.]+), which the workflows install"),
        ];
        Assert.All(names, static version => Assert.Equal(Tools.Pulumi.ToString(), version));

        static string Found(string path, string pattern) =>
            Regex.Match(File.ReadAllText(Repository.Combine(path)), pattern).Groups[1].Value;
    }

    private Task<IReadOnlyList<Finding>> CheckAsync(string program) =>
        new MachineCheckup(new StackLocation("dev", folder.FullPath), program, tools.Tools).RunAsync(TestContext.Current.CancellationToken);

    private async Task<Finding> FindAsync(string check, string? program = null) =>
        Assert.Single(await CheckAsync(program ?? AppContext.BaseDirectory), finding => finding.Check == check);
}

using System.CommandLine;
using ModelServing.Cli.Doctor;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cli.Doctor;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task The_stack_the_identity_and_the_region_of_the_command_line_reach_the_services()
    {
        await using var stack = await CheckedStack.StartAsync();
        // Whether this machine has the tools of an apply decides between the two.
        Assert.InRange(await RunAsync(stack, "--stack", "dev", "--json"), 0, 1);
        Assert.Contains(stack.Cloud.Requests, static request => request.Path == "/20180222/clusterOptions/all");
        Assert.DoesNotContain(stack.Cloud.Requests, static request => request.Status == 401);
    }

    [Fact]
    public async Task Without_a_stack_no_service_is_asked()
    {
        await using var stack = await CheckedStack.StartAsync();
        await RunAsync(stack);
        Assert.Empty(stack.Cloud.Requests);
    }

    [Theory]
    [InlineData("--identity", "me")]
    [InlineData("--stack", "../dev")]
    public async Task A_wrong_option_ends_with_2(params string[] options)
    {
        await using var stack = await CheckedStack.StartAsync();
        string[] all = options[0] == "--stack" ? options : ["--stack", "dev", .. options];
        Assert.Equal(2, await RunAsync(stack, all));
    }

    private static Task<int> RunAsync(CheckedStack stack, params string[] options)
    {
        var environment = new Dictionary<string, string> { [OciSettings.ConfigFileVariable] = stack.Cloud.Identity.ConfigFile };
        return DoctorCommand.Create(environment.GetValueOrDefault)
            .Parse([.. options, "--cwd", stack.Folder, "--endpoint", stack.Cloud.Endpoint.ToString()])
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
    }
}

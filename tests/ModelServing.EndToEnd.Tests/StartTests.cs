using System.Net;
using System.Net.Sockets;

namespace ModelServing.EndToEnd.Tests;

public class StartTests
{
    [Fact]
    public async Task A_wrong_percentage_is_reported_with_its_position_and_the_bounds()
    {
        using var folder = new StackFolder(StackFolder.Canary("101"));
        await RefusedAsync(folder, 2, "Pulumi.dev.yaml:10:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100");
    }

    [Fact]
    public async Task An_unpublished_version_is_reported_with_the_command_to_publish_it()
    {
        using var folder = new StackFolder();
        await RefusedAsync(
            folder,
            2,
            "modelserving:models.fraud.stable.version: version 1 of fraud is not published",
            "modelserving:models.fraud.canary.version",
            "ms publish fraud");
    }

    [Fact]
    public async Task A_set_port_that_is_taken_is_reported_with_its_position()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        using var listener = new TcpListener(IPAddress.Loopback, folder.Port);
        listener.Start();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up");
        listener.Stop();
        Assert.Equal(3, exitCode);
        Assert.Contains($"Pulumi.dev.yaml:3:11: modelserving:local.port: ", output, StringComparison.Ordinal);
        Assert.Contains($"{folder.Port}", output, StringComparison.Ordinal);
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_killed_platform_leaves_no_host_behind()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        ms.Kill();
        await ms.ExitAsync();
        await folder.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task An_interrupted_start_leaves_nothing_behind()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var ms = MsProcess.Start(folder, "up");
        await ms.WaitForAsync("listens on");
        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.AssertNothingIsLeftAsync();
    }

    private static async Task RefusedAsync(StackFolder folder, int expected, params string[] texts)
    {
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up");
        Assert.True(exitCode == expected, $"exit code {exitCode}:\n{output}");
        foreach (var text in texts)
            Assert.Contains(text, output, StringComparison.Ordinal);
        await folder.AssertNothingIsLeftAsync();
    }
}

using System.Net;
using System.Net.Sockets;

namespace ModelServing.EndToEnd.Tests;

public class StartTests
{
    [Fact]
    public async Task A_wrong_percent_says_what_where_and_what_would_be_right()
    {
        using var folder = new StackFolder(StackFolder.Canary("101"));
        await RefusedAsync(folder, 2, "Pulumi.dev.yaml:10:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100");
    }

    [Fact]
    public async Task A_version_that_is_not_published_says_which_and_how_to_publish()
    {
        using var folder = new StackFolder();
        await RefusedAsync(folder, 2, "modelserving:models.fraud.stable.version: version 1 of fraud is not published", "modelserving:models.fraud.canary.version", "ms publish fraud");
    }

    [Fact]
    public async Task A_damaged_model_says_which_object_and_what_to_do()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        var model = Path.Combine(folder.FullPath, ".modelserving", "dev", "registry", "models", "fraud", "2", "model.onnx");
        var bytes = await File.ReadAllBytesAsync(model);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(model, bytes);
        await RefusedAsync(folder, 1, "fraud v2 did not start", "models/fraud/2/model.onnx: its SHA-256 is", "publish fraud again as a new version");
    }

    [Fact]
    public async Task A_port_that_is_given_and_taken_says_where_it_was_given()
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
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_second_one_on_the_same_folder_is_told_so()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var first = await folder.UpAsync();
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up");
        Assert.Equal(1, exitCode);
        Assert.Contains("another 'ms up' runs on", output, StringComparison.Ordinal);
        first.Signal("TERM");
        Assert.Equal(0, await first.ExitAsync());
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Killed_at_once_it_leaves_no_host_behind()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();
        ms.Kill();
        await ms.ExitAsync();
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Interrupted_while_it_starts_it_leaves_nothing_behind()
    {
        using var folder = new StackFolder();
        await folder.PublishAsync();
        await using var ms = MsProcess.Start(folder, "up");
        await ms.SaysAsync("listens on");
        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());
        await folder.NothingIsLeftAsync();
    }

    private static async Task RefusedAsync(StackFolder folder, int expected, params string[] texts)
    {
        var (exitCode, output) = await MsProcess.RunAsync(folder, "up");
        Assert.True(exitCode == expected, $"exit code {exitCode}:\n{output}");
        foreach (var text in texts)
            Assert.Contains(text, output, StringComparison.Ordinal);
        await folder.NothingIsLeftAsync();
    }
}

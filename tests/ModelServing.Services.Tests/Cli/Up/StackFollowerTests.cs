using System.Threading.Channels;
using ModelServing.Cli;
using ModelServing.Cli.Up;
using ModelServing.Hosting;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class StackFollowerTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Channel<string> applied = Channel.CreateUnbounded<string>();
    private readonly HashSet<int> published = [1, 2];
    private readonly List<TaskCompletionSource> slow = [];
    private StackFollower? follower;
    private Task following = Task.CompletedTask;

    private string FilePath => folder.Combine("Pulumi.dev.yaml");

    public ValueTask InitializeAsync()
    {
        File.WriteAllText(FilePath, SomeStack.Yaml());
        var stack = new StackLocation("dev", folder.FullPath);
        var file = new PolledFile(FilePath, TimeSpan.FromMilliseconds(5), TimeProvider.System);
        var running = stack.Parse(file.ReadNow()?.ToArray());
        follower = new StackFollower(stack, file, running.Settings, Check, terminal.Terminal, TimeProvider.System);
        following = follower.RunAsync(ApplyAsync, ending.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        follower?.Dispose();
        ending.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_save_in_place_and_a_save_by_rename_are_passed_on()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("25"));
        Assert.Equal("25", await NextAsync());
        await File.WriteAllTextAsync(FilePath + "~", SomeStack.Yaml("50"));
        File.Move(FilePath + "~", FilePath, overwrite: true);
        Assert.Equal("50", await NextAsync());
    }

    [Fact]
    public async Task A_fault_is_printed_with_its_position_and_changes_nothing()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("101"));
        await terminal.WaitForAsync("Pulumi.dev.yaml is not applied; the plan stays as it is");
        Assert.Contains("Pulumi.dev.yaml:8:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100", terminal.Lines);
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7"));
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task A_missing_file_changes_nothing_and_may_come_back()
    {
        File.Delete(FilePath);
        await terminal.WaitForAsync("Pulumi.dev.yaml is missing; the plan stays as it is until the file is back");
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7"));
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task A_file_that_waits_for_a_version_is_passed_on_once_it_is_published()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7", canary: "3"));
        await terminal.WaitForAsync("until this is corrected");
        lock (published)
            published.Add(3);
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task A_newer_file_cancels_an_older_one_and_the_last_one_wins()
    {
        slow.Add(new TaskCompletionSource());
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("10"));
        await slow[0].Task;
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("500"));
        await terminal.WaitForAsync("is not applied");
        Assert.False(applied.Reader.TryPeek(out _));
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("30"));
        Assert.Equal("10 cancelled", await NextAsync());
        Assert.Equal("30", await NextAsync());
    }

    [Fact]
    public async Task Settings_that_need_a_restart_are_reported_once()
    {
        const string Local = "  modelserving:local:\n    port: 9000\n    state: elsewhere\n  modelserving:maxRequestBytes: 2048\n";
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7") + Local);
        await NextAsync();
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("8") + Local);
        await NextAsync();
        Assert.Equal(
            from setting in (string[])["local.port", "local.state", "maxRequestBytes"]
            select $"modelserving:{setting} was changed; the change takes effect at the next start",
            terminal.Lines);
    }

    private Task Check(StackFile file, CancellationToken cancellation)
    {
        lock (published)
        {
            var canary = file.Settings.Models.Values.Single().Canary!.Version.Number;
            return published.Contains(canary)
                ? Task.CompletedTask
                : throw new CommandException(ExitCode.WrongInput, $"version {canary} is not published");
        }
    }

    private async Task ApplyAsync(StackFile file, CancellationToken newer)
    {
        var percent = file.Settings.Models.Values.Single().Canary!.Percent.ToString();
        if (slow.FirstOrDefault(static waiting => !waiting.Task.IsCompleted) is { } begun)
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, newer);
            }
            catch (OperationCanceledException)
            {
                applied.Writer.TryWrite(percent + " cancelled");
                throw;
            }
        }

        applied.Writer.TryWrite(percent);
    }

    private ValueTask<string> NextAsync() => applied.Reader.ReadAsync(TestContext.Current.CancellationToken);
}

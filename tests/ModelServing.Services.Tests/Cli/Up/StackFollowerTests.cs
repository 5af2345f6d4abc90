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
        var running = stack.Parse(file.ReadNow());
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
    public async Task A_save_in_place_and_one_by_rename_are_handed_on()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("25"));
        Assert.Equal("25", await NextAsync());
        await File.WriteAllTextAsync(FilePath + "~", SomeStack.Yaml("50"));
        File.Move(FilePath + "~", FilePath, overwrite: true);
        Assert.Equal("50", await NextAsync());
    }

    [Fact]
    public async Task A_fault_is_said_with_its_place_and_changes_nothing()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("101"));
        await terminal.SaidAsync("Pulumi.dev.yaml is not applied; the plan stays as it is");
        Assert.Contains("Pulumi.dev.yaml:8:18: modelserving:models.fraud.canary.percent: 101 is not between 0 and 100", terminal.Lines);
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7"));
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task A_file_that_is_gone_changes_nothing_and_may_come_back()
    {
        File.Delete(FilePath);
        await terminal.SaidAsync("Pulumi.dev.yaml is gone; the plan stays as it is until there is one again");
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7"));
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task What_waits_for_a_version_is_handed_on_once_that_is_published()
    {
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7", canary: "3"));
        await terminal.SaidAsync("until that is put right");
        lock (published)
            published.Add(3);
        Assert.Equal("7", await NextAsync());
    }

    [Fact]
    public async Task A_newer_file_ends_the_waiting_for_an_older_one_and_the_last_one_wins()
    {
        slow.Add(new TaskCompletionSource());
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("10"));
        await slow[0].Task;
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("500"));
        await terminal.SaidAsync("is not applied");
        Assert.False(applied.Reader.TryPeek(out _));
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("30"));
        Assert.Equal("10 given up", await NextAsync());
        Assert.Equal("30", await NextAsync());
    }

    [Fact]
    public async Task Settings_that_need_a_restart_are_said_once()
    {
        const string Local = "  modelserving:local:\n    port: 9000\n    state: elsewhere\n  modelserving:maxRequestBytes: 2048\n";
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("7") + Local);
        await NextAsync();
        await File.WriteAllTextAsync(FilePath, SomeStack.Yaml("8") + Local);
        await NextAsync();
        Assert.Equal(
            from setting in (string[])["local.port", "local.state", "maxRequestBytes"]
            select $"modelserving:{setting} was changed; that takes effect at the next start",
            terminal.Lines);
    }

    private Task Check(StackFile file, CancellationToken cancellation)
    {
        lock (published)
        {
            var canary = file.Settings.Models.Values.Single().Canary!.Version.Number;
            return published.Contains(canary) ? Task.CompletedTask : throw new CommandException(ExitCode.WrongInput, $"version {canary} is not published");
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
                applied.Writer.TryWrite(percent + " given up");
                throw;
            }
        }

        applied.Writer.TryWrite(percent);
    }

    private ValueTask<string> NextAsync() => applied.Reader.ReadAsync(TestContext.Current.CancellationToken);
}

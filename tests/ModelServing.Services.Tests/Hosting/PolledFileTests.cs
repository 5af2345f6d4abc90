using System.Text;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

public sealed class PolledFileTests : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder folder = new();
    private readonly SteppedTime time = new();
    private readonly List<string?> handedOn = [];
    private readonly List<string> failures = [];
    private readonly string path;
    private readonly PolledFile file;

    public PolledFileTests()
    {
        path = folder.Combine("plan.json");
        file = new PolledFile(path, Period, time, maxBytes: 100);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_content_is_reported_once_when_two_reads_agree()
    {
        File.WriteAllText(path, "one");
        await PollAsync();
        Assert.Empty(handedOn);
        await PollAsync(5);
        Assert.Equal(["one"], handedOn);
    }

    [Fact]
    public async Task A_save_in_place_is_noticed()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path, "two");
        await PollAsync(2);
        File.AppendAllText(path, " and three");
        await PollAsync(2);
        Assert.Equal(["one", "two", "two and three"], handedOn);
    }

    [Fact]
    public async Task A_half_written_save_is_not_reported()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        foreach (var half in (string[])["", "t", "tw"])
        {
            File.WriteAllText(path, half);
            await PollAsync();
        }

        File.WriteAllText(path, "two");
        await PollAsync(2);
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_content_that_changed_back_is_not_reported_again()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path, "two");
        await PollAsync();
        File.WriteAllText(path, "one");
        await PollAsync();
        // The one read of "two" does not count later either.
        File.WriteAllText(path, "two");
        await PollAsync();
        Assert.Equal(["one"], handedOn);
        await PollAsync();
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_save_by_rename_is_noticed_even_with_the_same_length_and_time()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path + ".new", "two");
        File.SetLastWriteTimeUtc(path + ".new", File.GetLastWriteTimeUtc(path));
        File.Move(path + ".new", path, overwrite: true);
        await PollAsync(2);
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_redirected_symbolic_link_is_noticed()
    {
        // Kubernetes mounts a ConfigMap like this: the file is a link through a link to a folder, and the latter link is swapped.
        foreach (var name in (string[])["one", "two"])
        {
            Directory.CreateDirectory(folder.Combine(name));
            File.WriteAllText(folder.Combine(name, "plan.json"), name);
        }

        Directory.CreateSymbolicLink(folder.Combine("data"), "one");
        File.CreateSymbolicLink(path, Path.Combine("data", "plan.json"));
        await PollAsync(2);
        Directory.Delete(folder.Combine("data"));
        Directory.CreateSymbolicLink(folder.Combine("data"), "two");
        await PollAsync(2);
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_file_that_is_created_later_is_null_first()
    {
        await PollAsync(12);
        Assert.Equal([null], handedOn);
        File.WriteAllText(path, "one");
        await PollAsync(2);
        Assert.Equal([null, "one"], handedOn);
    }

    [Fact]
    public async Task A_file_in_a_folder_that_is_created_later_is_null_first()
    {
        var inner = new PolledFile(folder.Combine("later", "plan.json"), Period, time);
        Assert.Null(inner.ReadNow());
        Directory.CreateDirectory(folder.Combine("later"));
        File.WriteAllText(folder.Combine("later", "plan.json"), "one");
        await PollAsync(2, inner);
        Assert.Equal(["one"], handedOn);
    }

    [Fact]
    public async Task A_deleted_file_is_null_and_an_empty_one_is_not()
    {
        File.WriteAllText(path, "");
        await PollAsync(10);
        File.Delete(path);
        await PollAsync(10);
        File.WriteAllText(path, "");
        await PollAsync(10);
        Assert.Equal(["", null, ""], handedOn);
    }

    [Fact]
    public async Task A_save_that_empties_or_moves_the_file_may_take_nine_reads()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path, "");
        await PollAsync(9);
        File.Delete(path);
        await PollAsync(9);
        Assert.Equal(["one"], handedOn);
        File.WriteAllText(path, "two");
        await PollAsync(2);
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_file_that_is_missing_for_one_read_does_not_count_as_missing()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.Delete(path);
        await PollAsync();
        File.WriteAllText(path, "one");
        await PollAsync(2);
        Assert.Equal(["one"], handedOn);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_reported_once_and_changes_nothing()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path, new string('x', 101));
        await PollAsync(3);
        File.Delete(path);
        Directory.CreateDirectory(path);
        await PollAsync(3);
        Assert.Equal(2, failures.Count);
        Assert.Equal($"{path} has 101 bytes; at most 100 are read", failures[0]);
        Assert.Contains(path, failures[1], StringComparison.Ordinal);
        Assert.Equal(["one"], handedOn);

        // A failed read is not a change. After a good read, the same reason is reported again.
        Directory.Delete(path);
        File.WriteAllText(path, "one");
        await PollAsync(2);
        Assert.Equal(["one"], handedOn);
        File.WriteAllText(path, new string('x', 101));
        await PollAsync(2);
        Assert.Equal(3, failures.Count);
        Assert.Throws<IOException>(() => file.ReadNow());
    }

    [Fact]
    public async Task The_content_of_ReadNow_counts_as_reported()
    {
        File.WriteAllText(path, "one");
        Assert.Equal("one", Text(file.ReadNow()));
        await PollAsync(3);
        Assert.Empty(handedOn);
        File.WriteAllText(path, "two");
        await PollAsync(2);
        Assert.Equal(["two"], handedOn);
    }

    [Fact]
    public async Task A_later_content_of_ReadNow_wins_over_an_earlier_one_that_was_still_waiting()
    {
        var turn = new TaskCompletionSource();
        var current = "";
        File.WriteAllText(path, "one");
        await file.PollAsync(_ => Task.CompletedTask, failures.Add);
        var waiting = file.PollAsync(
            async content =>
            {
                await turn.Task;
                current = Text(content);
            },
            failures.Add);
        File.WriteAllText(path, "two");
        current = Text(file.ReadNow());
        turn.SetResult();
        await waiting;
        await PollAsync(2);
        Assert.Equal("one", current);
        Assert.Equal(["two"], handedOn);
    }

    [Fact]
    public async Task Following_reads_once_per_period_until_it_is_canceled()
    {
        using var end = new CancellationTokenSource();
        var first = new TaskCompletionSource<string?>();
        File.WriteAllText(path, "one");
        var following = Task.Run(() => file.FollowAsync(
            content =>
            {
                first.TrySetResult(Text(content));
                return Task.CompletedTask;
            },
            failures.Add,
            end.Token));
        // The timer may fire on any thread; only after a period can there be a second read.
        while (!first.Task.IsCompleted)
        {
            time.Advance(Period);
            await Task.Yield();
        }

        Assert.Equal("one", await first.Task);
        await end.CancelAsync();
        await following;
        Assert.Equal(0, time.Waiting);
    }

    [Fact]
    public async Task An_exception_of_the_callback_is_not_a_failed_read() =>
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            File.WriteAllText(path, "one");
            for (var i = 0; i < 2; i++)
                await file.PollAsync(_ => throw new IOException("the taker's own"), failures.Add);
        });

    private static string Text(ReadOnlyMemory<byte>? content) => Encoding.UTF8.GetString(content!.Value.Span);

    private async Task PollAsync(int times = 1, PolledFile? other = null)
    {
        for (var i = 0; i < times; i++)
        {
            await (other ?? file).PollAsync(
                content =>
                {
                    handedOn.Add(content is null ? null : Text(content));
                    return Task.CompletedTask;
                },
                failures.Add);
        }
    }
}

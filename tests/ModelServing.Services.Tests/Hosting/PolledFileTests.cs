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
    public async Task A_content_is_handed_on_once_when_two_reads_agree()
    {
        File.WriteAllText(path, "one");
        await PollAsync();
        Assert.Empty(handedOn);
        await PollAsync(5);
        Assert.Equal(["one"], handedOn);
    }

    [Fact]
    public async Task A_save_in_place_is_seen()
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
    public async Task A_save_that_is_half_written_is_not_handed_on()
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
    public async Task What_is_as_before_after_all_is_not_handed_on_again()
    {
        File.WriteAllText(path, "one");
        await PollAsync(2);
        File.WriteAllText(path, "two");
        await PollAsync();
        File.WriteAllText(path, "one");
        await PollAsync();
        // Nor has the one read of "two" been kept.
        File.WriteAllText(path, "two");
        await PollAsync();
        Assert.Equal(["one"], handedOn);
        await PollAsync();
        Assert.Equal(["one", "two"], handedOn);
    }

    [Fact]
    public async Task A_save_by_rename_is_seen_even_of_the_same_length_and_time()
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
    public async Task A_symbolic_link_that_leads_elsewhere_is_seen()
    {
        // As Kubernetes mounts a ConfigMap: the file is a link through a link to a folder, and that one is swapped.
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
    public async Task A_file_that_is_born_late_is_nothing_first()
    {
        await PollAsync(12);
        Assert.Equal([null], handedOn);
        File.WriteAllText(path, "one");
        await PollAsync(2);
        Assert.Equal([null, "one"], handedOn);
    }

    [Fact]
    public async Task A_folder_that_is_born_late_is_nothing_first()
    {
        var inner = new PolledFile(folder.Combine("later", "plan.json"), Period, time);
        Assert.Null(inner.ReadNow());
        Directory.CreateDirectory(folder.Combine("later"));
        File.WriteAllText(folder.Combine("later", "plan.json"), "one");
        await PollAsync(2, inner);
        Assert.Equal(["one"], handedOn);
    }

    [Fact]
    public async Task A_file_that_is_deleted_is_nothing_and_an_empty_one_is_something()
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
    public async Task A_save_that_has_emptied_the_file_or_moved_it_away_may_take_nine_reads()
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
    public async Task A_file_that_is_away_for_one_read_was_never_away()
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
    public async Task What_cannot_be_read_is_said_once_and_changes_nothing()
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

        // What was not read has not changed; the same reason is news after it was good for a while.
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
    public async Task What_is_read_now_counts_as_handed_on()
    {
        File.WriteAllText(path, "one");
        Assert.Equal("one", Encoding.UTF8.GetString(file.ReadNow()!));
        await PollAsync(3);
        Assert.Empty(handedOn);
        File.WriteAllText(path, "two");
        await PollAsync(2);
        Assert.Equal(["two"], handedOn);
    }

    [Fact]
    public async Task A_later_content_read_now_wins_over_an_earlier_one_that_waited_for_its_turn()
    {
        var turn = new TaskCompletionSource();
        var current = "";
        File.WriteAllText(path, "one");
        await file.PollAsync(_ => Task.CompletedTask, failures.Add);
        var waiting = file.PollAsync(
            async content =>
            {
                await turn.Task;
                current = Encoding.UTF8.GetString(content!);
            },
            failures.Add);
        File.WriteAllText(path, "two");
        current = Encoding.UTF8.GetString(file.ReadNow()!);
        turn.SetResult();
        await waiting;
        await PollAsync(2);
        Assert.Equal("one", current);
        Assert.Equal(["two"], handedOn);
    }

    [Fact]
    public async Task Following_reads_once_a_period_until_it_is_ended()
    {
        using var end = new CancellationTokenSource();
        var first = new TaskCompletionSource<string?>();
        File.WriteAllText(path, "one");
        var following = Task.Run(() => file.FollowAsync(
            content =>
            {
                first.TrySetResult(Encoding.UTF8.GetString(content!));
                return Task.CompletedTask;
            },
            failures.Add,
            end.Token));
        // The timer's tick is taken on whatever thread; only a period can bring the second read.
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
    public async Task What_the_taker_throws_is_no_failure_to_read() =>
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            File.WriteAllText(path, "one");
            for (var i = 0; i < 2; i++)
                await file.PollAsync(_ => throw new IOException("the taker's own"), failures.Add);
        });

    private async Task PollAsync(int times = 1, PolledFile? other = null)
    {
        for (var i = 0; i < times; i++)
        {
            await (other ?? file).PollAsync(
                content =>
                {
                    handedOn.Add(content is null ? null : Encoding.UTF8.GetString(content));
                    return Task.CompletedTask;
                },
                failures.Add);
        }
    }
}

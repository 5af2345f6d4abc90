using ModelServing.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

public sealed class SnapshotFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SnapshotFile file;

    public SnapshotFileTests() => file = new SnapshotFile(folder.Combine("snapshot"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_last_written_content_is_read()
    {
        foreach (var content in (byte[][])["one"u8.ToArray(), [], [0, 10, 255], new byte[100_000]])
        {
            file.Write(content);
            Assert.Equal(content, file.Read().Content);
            Assert.Null(file.Read().Fault);
        }

        Assert.Equal([file.FullPath], Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void A_missing_file_is_not_a_fault() => Assert.Equal(new Snapshot(null, null), file.Read());

    [Fact]
    public void A_damaged_file_counts_as_missing_and_is_reported()
    {
        file.Write("what is known"u8);
        var whole = File.ReadAllBytes(file.FullPath);
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= 4;
            AssertFault(damaged);
            AssertFault(whole[..i]);
        }

        AssertFault([.. whole, 0]);
    }

    [Fact]
    public void An_unreadable_file_is_reported()
    {
        Directory.CreateDirectory(folder.Combine("none"));
        Assert.Null(new SnapshotFile(folder.Combine("none", "there")).Read().Fault);
        Assert.Throws<DirectoryNotFoundException>(() => new SnapshotFile(folder.Combine("missing", "there")).Write("x"u8));
    }

    [Fact]
    public async Task A_concurrent_reader_sees_the_old_content_or_the_new_one()
    {
        byte[] one = new byte[200_000], other = [.. Enumerable.Repeat((byte)1, 300_000)];
        file.Write(one);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                file.Write(i % 2 == 0 ? other : one);
        });
        for (var i = 0; i < 100; i++)
        {
            var read = file.Read();
            Assert.Null(read.Fault);
            Assert.True(read.Content!.Length == (read.Content[0] == 0 ? one : other).Length);
        }

        await stop.CancelAsync();
        await writing;
    }

    private void AssertFault(byte[] content)
    {
        File.WriteAllBytes(file.FullPath, content);
        var read = file.Read();
        Assert.Null(read.Content);
        Assert.StartsWith($"the snapshot {file.FullPath} can't be used: ", read.Fault, StringComparison.Ordinal);
    }
}

using ModelServing.Contracts.Reliability;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts.Reliability;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Target => folder.Combine("target");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_target_keeps_its_content_until_the_commit()
    {
        AtomicFile.Write(Target, "old"u8);
        using (var file = new AtomicFile(Target))
        {
            file.Stream.Write("new"u8);
            Assert.Equal("old", File.ReadAllText(Target));
            file.Commit(flushToDisk: true);
        }

        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void Without_a_commit_nothing_changes_and_nothing_is_left_behind()
    {
        AtomicFile.Write(Target, "old"u8);
        using (var file = new AtomicFile(Target))
            file.Stream.Write("new"u8);

        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void A_failed_commit_leaves_nothing_behind()
    {
        Directory.CreateDirectory(Target);
        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(Target, "new"u8));
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void The_temporary_file_can_be_in_another_folder()
    {
        var temporary = folder.Combine("elsewhere");
        using var file = new AtomicFile(Target, temporary: temporary);
        Assert.Equal([temporary], Directory.GetFiles(folder.FullPath));
        file.Commit();
        Assert.Equal([Target], Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void The_file_has_the_requested_permissions_whatever_the_old_file_had()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions");
        File.WriteAllText(Target, "old");
        // 0666 has bits that a usual umask removes.
        foreach (var mode in (UnixFileMode[])[(UnixFileMode)0b110_000_000, (UnixFileMode)0b110_110_110])
        {
            AtomicFile.Write(Target, "new"u8, mode);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(mode, File.GetUnixFileMode(Target));
        }
    }

    [Fact]
    public async Task Writers_at_the_same_time_do_not_mix_their_content()
    {
        var contents = Enumerable.Range(0, 8).Select(static i => new string((char)('a' + i), 100_000)).ToArray();
        await Task.WhenAll(contents.Select(content => Task.Run(() => AtomicFile.Write(
            Target,
            System.Text.Encoding.ASCII.GetBytes(content)))));
        Assert.Contains(File.ReadAllText(Target), contents);
        Assert.Equal([Target], Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void A_missing_folder_is_reported() =>
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder.Combine("missing", "target"), "new"u8));
}

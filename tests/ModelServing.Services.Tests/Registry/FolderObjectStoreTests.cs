using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

public sealed class FolderObjectStoreTests : ObjectStoreTests
{
    private readonly TestedFolder tested = new();

    private TemporaryFolder Folder => tested.Folder;

    [Fact]
    public async Task Leftovers_of_a_killed_writer_are_not_objects()
    {
        await PutAsync(Key, "whole");
        await File.WriteAllTextAsync(Folder.Combine("registry", ".incoming", "0123"), "half");
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.True(await PutAsync(ObjectKey.Parse("models/fraud/2/model.onnx"), "next"));
    }

    [Fact]
    public async Task Symbolic_links_are_not_followed()
    {
        await PutAsync(Key, "mine");
        var outside = Directory.CreateDirectory(Folder.Combine("outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret");
        File.CreateSymbolicLink(Folder.Combine("registry", "models", "link"), Path.Combine(outside, "secret"));
        Directory.CreateSymbolicLink(Folder.Combine("registry", "models", "folder"), outside);

        foreach (var key in (string[])["models/link", "models/folder/secret"])
        {
            var e = await Assert.ThrowsAsync<RegistryException>(() => Store.OpenAsync(ObjectKey.Parse(key), default));
            Assert.Contains("symbolic link", e.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<RegistryException>(() => Store.FindLengthAsync(ObjectKey.Parse(key), default));
            e = await Assert.ThrowsAsync<RegistryException>(() => Store.ReplaceAsync(ObjectKey.Parse(key), "x"u8.ToArray(), default));
            Assert.Equal(RegistryError.Damaged, e.Error);
        }

        Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(outside, "secret"), TestContext.Current.CancellationToken));

        await Assert.ThrowsAsync<RegistryException>(() => PutAsync(ObjectKey.Parse("models/folder/new"), "x"));
        Assert.False(File.Exists(Path.Combine(outside, "new")));
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.Empty(await ListAsync("models/folder/"));
    }

    [Fact]
    public async Task A_pipe_in_an_objects_place_is_an_empty_object_and_does_not_block()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes in folders");
        Directory.CreateDirectory(Folder.Combine("registry", "models", "fraud", "1"));
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Folder.Combine("registry", Key.Text)]))
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        await using var opened = await Task.Run(() => Store.OpenAsync(Key, default))
            .WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, opened!.Length);
        Assert.Equal("", await ReadAsync(Key));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("caf\u00e9")]
    [InlineData("line\nbreak")]
    [InlineData(".hidden")]
    public async Task A_file_with_an_invalid_name_is_not_an_object(string name)
    {
        await PutAsync(Key, "mine");
        await File.WriteAllTextAsync(Folder.Combine("registry", "models", "fraud", "1", name), "x", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Folder.Combine("registry", "models", name));
        await File.WriteAllTextAsync(
            Folder.Combine("registry", "models", name, "manifest.json"),
            "x",
            TestContext.Current.CancellationToken);
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.False(ObjectKey.TryParse($"models/fraud/1/{name}", out _));
    }

    [Fact]
    public async Task A_folder_in_an_objects_place_and_a_name_too_long_for_the_disk_fail_and_name_the_key()
    {
        Directory.CreateDirectory(Folder.Combine("registry", Key.Text));
        foreach (var key in (ObjectKey[])[Key, ObjectKey.Parse("models/" + new string('x', 300))])
        {
            await FailsOrDoesNothingAsync(key, () => Store.OpenAsync(key, default));
            await FailsOrDoesNothingAsync(key, () => PutAsync(key, "x"));
            await FailsOrDoesNothingAsync(key, () => Store.ReplaceAsync(key, "x"u8.ToArray(), default));
        }

        Assert.Empty(tested.LeftOvers);

        static async Task FailsOrDoesNothingAsync(ObjectKey key, Func<Task> act)
        {
            var e = await Record.ExceptionAsync(act);
            if (e is null)
                return;
            Assert.Equal(RegistryError.Unavailable, Assert.IsType<RegistryException>(e).Error);
            Assert.StartsWith(key.Text, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_disk_failure_names_the_key()
    {
        await File.WriteAllTextAsync(Folder.Combine("registry"), "a file where the folder should be");
        var e = await Assert.ThrowsAsync<RegistryException>(() => PutAsync(Key, "x"));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.StartsWith(Key.Text + ": ", e.Message, StringComparison.Ordinal);
    }

    protected override ValueTask<TestedStore> MakeAsync() => new(tested);
}

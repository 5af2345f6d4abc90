using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

public sealed class FolderObjectStoreTests : ObjectStoreTests
{
    private readonly TestedFolder tested = new();

    private TemporaryFolder Folder => tested.Folder;

    [Fact]
    public async Task What_a_killed_writer_left_behind_is_no_object()
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
        }

        await Assert.ThrowsAsync<RegistryException>(() => PutAsync(ObjectKey.Parse("models/folder/new"), "x"));
        Assert.False(File.Exists(Path.Combine(outside, "new")));
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.Empty(await ListAsync("models/folder/"));
    }

    [Fact]
    public async Task A_failure_of_the_disk_names_the_key()
    {
        await File.WriteAllTextAsync(Folder.Combine("registry"), "a file where the folder should be");
        var e = await Assert.ThrowsAsync<RegistryException>(() => PutAsync(Key, "x"));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.StartsWith(Key.Text + ": ", e.Message, StringComparison.Ordinal);
    }

    protected override ValueTask<TestedStore> MakeAsync() => new(tested);
}

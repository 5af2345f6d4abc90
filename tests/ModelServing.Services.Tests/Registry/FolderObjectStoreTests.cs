using System.Text;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry;

public sealed class FolderObjectStoreTests : IDisposable
{
    private static readonly ObjectKey Key = ObjectKey.Parse("models/fraud/1/model.onnx");

    private readonly TemporaryFolder folder = new();
    private readonly FolderObjectStore store;

    public FolderObjectStoreTests() => store = new FolderObjectStore(folder.Combine("registry"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_put_is_read_back()
    {
        Assert.True(await PutAsync(Key, "content"));
        Assert.Equal("content", await ReadAsync(Key));
        Assert.Equal(7, await store.FindLengthAsync(Key, default));
        await using var opened = await store.OpenAsync(Key, default);
        Assert.Equal(7, opened!.Length);
    }

    [Fact]
    public async Task A_taken_key_keeps_its_bytes()
    {
        Assert.True(await PutAsync(Key, "first"));
        Assert.False(await PutAsync(Key, "second"));
        Assert.Equal("first", await ReadAsync(Key));
    }

    [Fact]
    public async Task Of_writers_at_the_same_time_exactly_one_wins_and_its_bytes_stay()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = ObjectKey.Parse($"models/fraud/{round}/model.onnx");
            using var start = new Barrier(8);
            var winners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
                async () =>
                {
                    // A store of its own each, as of eight processes.
                    var own = new FolderObjectStore(folder.Combine("registry"));
                    using var content = new MemoryStream(Encoding.UTF8.GetBytes($"writer {i}"));
                    start.SignalAndWait();
                    return await own.PutIfAbsentAsync(key, content, content.Length, default) ? i : -1;
                },
                default,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            var winner = Assert.Single(winners, w => w >= 0);
            Assert.Equal($"writer {winner}", await ReadAsync(key));
        }

        Assert.Empty(Directory.GetFiles(folder.Combine("registry", ".incoming")));
    }

    [Fact]
    public async Task An_absent_object_is_null_and_an_absent_folder_is_empty()
    {
        Assert.Null(await store.OpenAsync(Key, default));
        Assert.Null(await store.FindLengthAsync(Key, default));
        Assert.Empty(await ListAsync(""));
        Assert.Empty(await ListAsync("models/"));
    }

    [Fact]
    public async Task A_list_has_the_keys_of_a_prefix_in_order()
    {
        foreach (var key in (string[])["models/b/1/x", "models/a/10/x", "models/a/9/x", "models/a/1/manifest.json", "models/a/1/model.onnx", "other"])
            await PutAsync(ObjectKey.Parse(key), "x");
        Assert.Equal(["models/a/1/manifest.json", "models/a/1/model.onnx", "models/a/10/x", "models/a/9/x", "models/b/1/x", "other"], await ListAsync(""));
        Assert.Equal(["models/a/1/manifest.json", "models/a/1/model.onnx"], await ListAsync("models/a/1/m"));
        Assert.Equal(["models/a/1/manifest.json", "models/a/1/model.onnx", "models/a/10/x"], await ListAsync("models/a/1"));
        Assert.Equal(["models/b/1/x"], await ListAsync("models/b/"));
        Assert.Equal(["other"], await ListAsync("o"));
        Assert.Empty(await ListAsync("../"));
        Assert.Empty(await ListAsync("/"));
    }

    [Fact]
    public async Task What_a_killed_writer_left_behind_is_no_object()
    {
        await PutAsync(Key, "whole");
        await File.WriteAllTextAsync(folder.Combine("registry", ".incoming", "0123"), "half");
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.True(await PutAsync(ObjectKey.Parse("models/fraud/2/model.onnx"), "next"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public async Task A_stream_of_another_length_stores_nothing(long announced)
    {
        using var content = new MemoryStream("content"u8.ToArray());
        var e = await Assert.ThrowsAsync<RegistryException>(() => store.PutIfAbsentAsync(Key, content, announced, default));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.Contains($"7 bytes came for {Key}, not the {announced}", e.Message, StringComparison.Ordinal);
        Assert.Null(await store.FindLengthAsync(Key, default));
        Assert.Empty(Directory.GetFiles(folder.Combine("registry", ".incoming")));
    }

    [Fact]
    public async Task A_cancelled_put_stores_nothing()
    {
        using var content = new MemoryStream(new byte[10]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutIfAbsentAsync(Key, content, 10, new CancellationToken(canceled: true)));
        Assert.Null(await store.FindLengthAsync(Key, default));
    }

    [Fact]
    public async Task Symbolic_links_are_not_followed()
    {
        await PutAsync(Key, "mine");
        var outside = Directory.CreateDirectory(folder.Combine("outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret");
        File.CreateSymbolicLink(folder.Combine("registry", "models", "link"), Path.Combine(outside, "secret"));
        Directory.CreateSymbolicLink(folder.Combine("registry", "models", "folder"), outside);

        foreach (var key in (string[])["models/link", "models/folder/secret"])
        {
            var e = await Assert.ThrowsAsync<RegistryException>(() => store.OpenAsync(ObjectKey.Parse(key), default));
            Assert.Contains("symbolic link", e.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<RegistryException>(() => store.FindLengthAsync(ObjectKey.Parse(key), default));
        }

        await Assert.ThrowsAsync<RegistryException>(() => PutAsync(ObjectKey.Parse("models/folder/new"), "x"));
        Assert.False(File.Exists(Path.Combine(outside, "new")));
        Assert.Equal([Key.Text], await ListAsync(""));
        Assert.Empty(await ListAsync("models/folder/"));
    }

    [Fact]
    public async Task A_failure_of_the_disk_names_the_key()
    {
        await File.WriteAllTextAsync(folder.Combine("registry"), "a file where the folder should be");
        var e = await Assert.ThrowsAsync<RegistryException>(() => PutAsync(Key, "x"));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.StartsWith(Key.Text + ": ", e.Message, StringComparison.Ordinal);
    }

    private async Task<bool> PutAsync(ObjectKey key, string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return await store.PutIfAbsentAsync(key, stream, stream.Length, default);
    }

    private async Task<string> ReadAsync(ObjectKey key)
    {
        await using var stored = await store.OpenAsync(key, default);
        using var reader = new StreamReader(stored!.Content);
        return await reader.ReadToEndAsync();
    }

    private async Task<string[]> ListAsync(string prefix) => [.. await store.ListAsync(prefix, default).Select(k => k.Text).ToListAsync()];
}

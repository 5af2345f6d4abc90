using System.Text;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

/// <summary>The behavior that every object store shares. Each store's own test class adds the rest.</summary>
public abstract class ObjectStoreTests : IAsyncLifetime
{
    protected static readonly ObjectKey Key = ObjectKey.Parse("models/fraud/1/model.onnx");

    /// <summary>Access to the stored objects that bypasses the store.</summary>
    protected TestedStore Tested { get; private set; } = null!;

    protected IObjectStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Tested = await MakeAsync();
        Store = Tested.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Tested.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_object_is_read_back()
    {
        Assert.True(await PutAsync(Key, "content"));
        Assert.Equal("content", await ReadAsync(Key));
        Assert.Equal(7, await Store.FindLengthAsync(Key, default));
        await using var opened = await Store.OpenAsync(Key, default);
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
    public async Task A_replaced_object_has_the_old_or_the_new_bytes_and_never_a_mixture()
    {
        await Store.ReplaceAsync(Key, "first"u8.ToArray(), default);
        Assert.Equal("first", await ReadAsync(Key));
        await Store.ReplaceAsync(Key, "the second"u8.ToArray(), default);
        Assert.Equal("the second", await ReadAsync(Key));
        Assert.Equal(10, await Store.FindLengthAsync(Key, default));

        var texts = Enumerable.Range(1, 8).Select(static i => new string((char)('a' + i), 1000 * i)).ToList();
        await Task.WhenAll(texts.Select(async text =>
        {
            await Task.Yield();
            await Tested.Open().ReplaceAsync(Key, Encoding.UTF8.GetBytes(text), default);
            Assert.Contains(await ReadAsync(Key), texts);
        }));
        Assert.Empty(Tested.LeftOvers);
    }

    [Fact]
    public async Task When_several_write_at_the_same_time_exactly_one_wins_and_its_bytes_stay()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = ObjectKey.Parse($"models/fraud/{round}/model.onnx");
            using var start = new Barrier(8);
            var winners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
                async () =>
                {
                    // Each writer has its own store, like eight processes.
                    var own = Tested.Open();
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

        Assert.Empty(Tested.LeftOvers);
    }

    [Fact]
    public async Task An_absent_object_is_null_and_an_absent_folder_is_empty()
    {
        Assert.Null(await Store.OpenAsync(Key, default));
        Assert.Null(await Store.FindLengthAsync(Key, default));
        Assert.Empty(await ListAsync(""));
        Assert.Empty(await ListAsync("models/"));
    }

    [Fact]
    public async Task A_list_has_the_keys_of_a_prefix_in_order()
    {
        foreach (var key in (string[])[
            "models/b/1/x",
            "models/a/10/x",
            "models/a/9/x",
            "models/a/1/manifest.json",
            "models/a/1/model.onnx",
            "other",
        ])
            await PutAsync(ObjectKey.Parse(key), "x");
        Assert.Equal(
            ["models/a/1/manifest.json", "models/a/1/model.onnx", "models/a/10/x", "models/a/9/x", "models/b/1/x", "other"],
            await ListAsync(""));
        Assert.Equal(["models/a/1/manifest.json", "models/a/1/model.onnx"], await ListAsync("models/a/1/m"));
        Assert.Equal(["models/a/1/manifest.json", "models/a/1/model.onnx", "models/a/10/x"], await ListAsync("models/a/1"));
        Assert.Equal(["models/b/1/x"], await ListAsync("models/b/"));
        Assert.Equal(["other"], await ListAsync("o"));
        Assert.Empty(await ListAsync("../"));
        Assert.Empty(await ListAsync("/"));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_its_key_can_be_taken_again()
    {
        Assert.False(await Store.DeleteAsync(Key, default));
        Assert.True(await PutAsync(Key, "first"));
        var beside = ObjectKey.Parse("models/fraud/1/manifest.json");
        Assert.True(await PutAsync(beside, "stays"));
        Assert.True(await Store.DeleteAsync(Key, default));
        Assert.Null(await Store.OpenAsync(Key, default));
        Assert.Null(await Store.FindLengthAsync(Key, default));
        Assert.Equal([beside.Text], await ListAsync("models/"));
        Assert.False(await Store.DeleteAsync(Key, default));
        Assert.True(await PutAsync(Key, "second"));
        Assert.Equal("second", await ReadAsync(Key));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public async Task A_stream_of_another_length_stores_nothing(long announced)
    {
        using var content = new MemoryStream("content"u8.ToArray());
        var e = await Assert.ThrowsAsync<RegistryException>(() => Store.PutIfAbsentAsync(Key, content, announced, default));
        Assert.Equal(RegistryError.Unavailable, e.Error);
        Assert.Contains($"received 7 bytes for {Key}; {announced} were announced", e.Message, StringComparison.Ordinal);
        Assert.Null(await Store.FindLengthAsync(Key, default));
        Assert.Empty(Tested.LeftOvers);
    }

    [Fact]
    public async Task A_cancelled_put_stores_nothing()
    {
        using var content = new MemoryStream(new byte[10]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutIfAbsentAsync(
            Key,
            content,
            10,
            new CancellationToken(canceled: true)));
        Assert.Null(await Store.FindLengthAsync(Key, default));
    }

    /// <summary>Creates an empty store.</summary>
    protected abstract ValueTask<TestedStore> MakeAsync();

    protected async Task<bool> PutAsync(ObjectKey key, string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return await Store.PutIfAbsentAsync(key, stream, stream.Length, default);
    }

    protected async Task<string> ReadAsync(ObjectKey key)
    {
        await using var stored = await Store.OpenAsync(key, default);
        using var reader = new StreamReader(stored!.Content);
        return await reader.ReadToEndAsync();
    }

    protected async Task<string[]> ListAsync(string prefix) =>
        [.. await Store.ListAsync(prefix, default).Select(k => k.Text).ToListAsync()];
}

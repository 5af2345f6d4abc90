using ModelServing.Registry;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci.ObjectStorage;

/// <summary>Downloads from a bucket that break off or stall.</summary>
public sealed class BucketDownloadTests : IAsyncLifetime
{
    private static readonly ObjectKey Key = ObjectKey.Parse("models/fraud/1/model.onnx");
    private static readonly byte[] Content = [.. Enumerable.Range(0, 5220).Select(static i => (byte)(i * 31 >> 3))];

    private TestedBucket tested = null!;

    private ObjectStorageEmulator Emulator => tested.Emulator;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => tested = await TestedBucket.StartAsync();

    public ValueTask DisposeAsync() => tested.DisposeAsync();

    [Fact]
    public async Task A_download_that_breaks_off_is_resumed()
    {
        tested.Set(Key.Text, Content);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.TruncateAfter(700), times: 3);
        Assert.Equal(Content, await ReadAsync(tested.Open()));
        var ranges = Emulator.Requests.Where(request => request.Operation == StorageOperation.GetObject)
            .Select(request => request.Headers.GetValueOrDefault("Range"))
            .ToList();
        Assert.Equal(4, ranges.Count);
        Assert.Null(ranges[0]);
        // The network decides how many of the sent bytes arrive before the connection ends.
        Assert.All(ranges[1..], range => Assert.StartsWith("bytes=", range, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_that_always_breaks_off_fails()
    {
        tested.Set(Key.Text, Content);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.TruncateAfter(0), times: 1000);
        var e = await Assert.ThrowsAsync<IOException>(() => ReadAsync(tested.Open()));
        Assert.Contains(
            $"the download broke off {TestedBucket.Quick.Resumes + 1} times, the last time after 0 of {Content.Length} bytes",
            e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_stalls_is_resumed()
    {
        tested.Set(Key.Text, Content);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.StallAfter(700, Emulator.Faults.Forever));
        var store = tested.Open(TestedBucket.Quick with { Attempt = TimeSpan.FromSeconds(2) });
        Assert.Equal(Content, await ReadAsync(store));
    }

    [Fact]
    public async Task An_object_that_is_replaced_during_its_download_is_not_mixed()
    {
        tested.Set(Key.Text, Content);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.TruncateAfter(700));
        await using var opened = await tested.Open().OpenAsync(Key, Token);
        tested.Set(Key.Text, Content);
        var e = await Assert.ThrowsAsync<IOException>(() => opened!.Content.CopyToAsync(Stream.Null, Token));
        Assert.Equal("the object was replaced during the download", e.Message);
    }

    [Fact]
    public async Task An_attempt_that_times_out_is_retried()
    {
        tested.Set(Key.Text, Content);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Hold(Emulator.Faults.Forever));
        var store = tested.Open(TestedBucket.Quick with { Attempt = TimeSpan.FromSeconds(2) });
        Assert.Equal(Content, await ReadAsync(store));
        Assert.True(Emulator.Count(StorageOperation.GetObject) > 1);
    }

    private static async Task<byte[]> ReadAsync(IObjectStore store)
    {
        await using var opened = await store.OpenAsync(Key, Token);
        using var bytes = new MemoryStream();
        await opened!.Content.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }
}

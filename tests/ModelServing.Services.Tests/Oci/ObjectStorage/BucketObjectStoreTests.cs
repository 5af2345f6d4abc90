using ModelServing.Contracts;
using ModelServing.Oci;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using ModelServing.Services.Tests.Registry;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci.ObjectStorage;

public sealed class BucketObjectStoreTests : ObjectStoreTests
{
    private static readonly byte[] Large =
        [.. Enumerable.Range(0, (5 * TestedBucket.Quick.PartBytes) + 100).Select(static i => (byte)(i * 31 >> 3))];

    private TestedBucket tested = null!;

    private ObjectStorageEmulator Emulator => tested.Emulator;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_object_is_sent_in_parts_and_read_back_whole()
    {
        var progress = new Reports();
        var store = tested.Open(TestedBucket.Quick, progress: progress);
        // The stream returns small pieces, as a pipe would. The parts must be full all the same.
        Assert.True(await store.PutIfAbsentAsync(Key, new DribblingStream(Large, 100), Large.Length, Test));
        Assert.Equal(6, Emulator.Count(StorageOperation.UploadPart));
        Assert.Equal(Large, tested.Get(Key.Text));
        Assert.Equal(Large, await ReadBytesAsync(store, Key));
        Assert.Empty(tested.LeftOvers);
        Assert.Equal(6, progress.All.Count);
        Assert.Equal(new UploadProgress(Key, Large.Length, Large.Length), progress.All[^1]);
    }

    [Fact]
    public async Task A_large_object_with_a_taken_key_sends_no_parts()
    {
        await PutAsync(Key, "first");
        Assert.False(await Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, Test));
        Assert.Equal(0, Emulator.Count(StorageOperation.UploadPart));
        Assert.Equal("first", await ReadAsync(Key));
        Assert.Empty(tested.LeftOvers);
    }

    [Fact]
    public async Task Of_two_large_puts_at_the_same_time_one_wins_and_the_other_leaves_nothing()
    {
        var release = new TaskCompletionSource();
        Emulator.Faults.Add(StorageOperation.UploadPart, Fault.Hold(release.Task));
        var slow = Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, Test);
        await UntilAsync(() => Emulator.Count(StorageOperation.UploadPart) > 0);
        await PutAsync(Key, "quick");
        release.SetResult();
        Assert.False(await slow);
        Assert.Equal("quick", await ReadAsync(Key));
        Assert.Empty(tested.LeftOvers);
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(6000)]
    public async Task A_large_stream_of_the_wrong_length_stores_nothing(int announced)
    {
        var e = await FailsAsync(() => Store.PutIfAbsentAsync(Key, new MemoryStream(Large), announced, Test));
        Assert.Contains($"received {Large.Length} bytes for {Key}; {announced} were announced", e.Message, StringComparison.Ordinal);
        Assert.Empty(tested.Keys);
        Assert.Empty(tested.LeftOvers);
    }

    [Theory]
    [InlineData(StorageOperation.PutObject, 10)]
    [InlineData(StorageOperation.CommitMultipartUpload, 5000)]
    public async Task A_put_whose_response_is_lost_recognises_its_own_object(StorageOperation operation, int length)
    {
        Emulator.Faults.Add(operation, Fault.LostAnswer);
        Assert.True(await Store.PutIfAbsentAsync(Key, new MemoryStream(Large, 0, length), length, Test));
        Assert.Equal(2, Emulator.Count(operation));
        Assert.Equal(Large[..length], tested.Get(Key.Text));
        Assert.Empty(tested.LeftOvers);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    public async Task A_put_that_was_cut_off_does_not_mistake_anothers_object_for_its_own(int length)
    {
        var operation = length > TestedBucket.Quick.PartBytes ? StorageOperation.CommitMultipartUpload : StorageOperation.PutObject;
        var release = new TaskCompletionSource();
        Emulator.Faults.Add(operation, Fault.Cut);
        Emulator.Faults.Add(operation, Fault.Hold(release.Task));
        var put = Store.PutIfAbsentAsync(Key, new MemoryStream(Large, 0, length), length, Test);
        await UntilAsync(() => Emulator.Count(operation) == 2);
        tested.Set(Key.Text, "another's"u8.ToArray());
        release.SetResult();
        Assert.False(await put);
        Assert.Equal("another's", await ReadAsync(Key));
        Assert.Empty(tested.LeftOvers);
    }

    public static TheoryData<string> TransientFaults => ["429", "500", "503 page", "503 text", "cut", "lost"];

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_transient_failure_is_retried(string kind)
    {
        StorageOperation[] untested =
            [
                StorageOperation.GetNamespace,
                StorageOperation.HeadObject,
                StorageOperation.DeleteObject,
                StorageOperation.AbortMultipartUpload,
            ];
        foreach (var operation in Enum.GetValues<StorageOperation>().Except(untested))
            Emulator.Faults.Add(operation, CreateFault(kind), times: 2);
        Assert.True(await PutAsync(ObjectKey.Parse("small"), "content"));
        Assert.True(await Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, Test));
        Assert.Equal(Large, await ReadBytesAsync(Store, Key));
        Assert.Equal(["models/fraud/1/model.onnx", "small"], await ListAsync(""));
        Assert.Equal(Large.Length, await Store.FindLengthAsync(Key, Test));
        // An upload whose first response was lost has no owner: the bucket's lifecycle policy removes it.
        Assert.Equal(kind == "lost" ? 2 : 0, tested.LeftOvers.Count);
    }

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_failure_that_persists_ends_after_the_last_retry(string kind)
    {
        Emulator.Faults.Add(StorageOperation.ListObjects, CreateFault(kind), times: 1000);
        var e = await FailsAsync(() => Store.FindLengthAsync(Key, Test));
        // The HTTP client itself repeats a request if the connection closed before it was sent.
        var attempts = 1 + TestedBucket.Quick.Retries;
        Assert.InRange(Emulator.Count(StorageOperation.ListObjects), attempts, kind is "cut" or "lost" ? 100 : attempts);
        Assert.StartsWith(
            $"{Key}: can't be listed in oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}: ", e.Message, StringComparison.Ordinal);
        if (kind is "429" or "500")
            Assert.Contains($"(opc-request-id {Emulator.Requests[^1].RequestId})", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "InvalidParameter", "")]
    [InlineData(401, "NotAuthenticated", "this machine's clock")]
    [InlineData(403, "NotAuthorized", "the policies")]
    [InlineData(404, "NotAuthorizedOrNotFound", "the policies")]
    [InlineData(404, "BucketNotFound", "the bucket's name")]
    [InlineData(409, "IncorrectState", "")]
    public async Task An_error_of_the_caller_is_not_retried_and_comes_with_a_remedy(int status, string code, string hint)
    {
        foreach (var operation in Enum.GetValues<StorageOperation>())
            Emulator.Faults.Add(operation, Fault.Status(status, code, "so it is"), times: 1000);
        Func<Task>[] calls =
        [
            () => Store.FindLengthAsync(Key, Test),
            () => Store.OpenAsync(Key, Test),
            () => PutAsync(Key, "content"),
            () => Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, Test),
            () => ListAsync(""),
        ];
        foreach (var call in calls)
        {
            var before = Emulator.Requests.Count;
            var e = await FailsAsync(call);
            Assert.Equal(before + 1, Emulator.Requests.Count);
            Assert.Contains(
                $": {status} {code}: so it is (opc-request-id {Emulator.Requests[^1].RequestId})", e.Message, StringComparison.Ordinal);
            Assert.Contains(hint, e.Message, StringComparison.Ordinal);
            Assert.Equal(hint.Length > 0, e.Message.Contains("; ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_collision_of_two_writers_of_one_object_is_retried()
    {
        Emulator.Faults.Add(StorageOperation.PutObject, Fault.Status(409, "ConcurrentObjectUpdate"));
        Assert.True(await PutAsync(Key, "content"));
    }

    [Fact]
    public async Task A_missing_bucket_is_not_an_empty_one()
    {
        var store = tested.Open(TestedBucket.Quick, bucket: "another");
        Func<Task>[] calls =
        [
            () => store.FindLengthAsync(Key, Test),
            () => store.OpenAsync(Key, Test),
            async () => await store.ListAsync("", Test).ToListAsync(Test),
        ];
        foreach (var call in calls)
        {
            var e = await FailsAsync(call);
            Assert.Contains("404 BucketNotFound: Either the bucket named 'another' does not exist", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_connection_is_reported_with_the_reason()
    {
        var unreachable = tested.Open(
            TestedBucket.Quick, settings: tested.Settings with { ObjectStorageEndpoint = $"http://{RawServer.NobodyThere()}" });
        var e = await FailsAsync(() => unreachable.OpenAsync(Key, Test));
        Assert.Contains("no answer came from Object Storage: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("refused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_many_pages_is_whole_and_in_order()
    {
        var keys = Enumerable.Range(0, 2500).Select(static i => $"models/m/{i}/manifest.json").Order(StringComparer.Ordinal).ToList();
        foreach (var key in keys)
            tested.Set(key, [1]);
        tested.Set("models/m/not a key", [1]);
        Assert.Equal(keys, await ListAsync("models/m/"));
        Assert.Equal(3, Emulator.Count(StorageOperation.ListObjects));
    }

    public static TheoryData<StorageOperation> Cancellable =>
    [
        StorageOperation.PutObject,
        StorageOperation.GetObject,
        StorageOperation.ListObjects,
        StorageOperation.CreateMultipartUpload,
        StorageOperation.UploadPart,
        StorageOperation.CommitMultipartUpload,
    ];

    [Theory]
    [MemberData(nameof(Cancellable))]
    public async Task A_cancelled_call_ends_although_nothing_answers(StorageOperation operation)
    {
        // The fault lasts as long as the test: only cancellation can end the call.
        Emulator.Faults.Add(operation, Fault.Hold(Emulator.Faults.Forever), times: 1000);
        using var cancel = new CancellationTokenSource();
        Task call = operation switch
        {
            StorageOperation.PutObject => Store.PutIfAbsentAsync(Key, new MemoryStream(Large, 0, 10), 10, cancel.Token),
            StorageOperation.GetObject => Store.OpenAsync(Key, cancel.Token),
            StorageOperation.ListObjects => Store.FindLengthAsync(Key, cancel.Token),
            _ => Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, cancel.Token),
        };
        await UntilAsync(() => Emulator.Count(operation) > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(RawConnection.Patience, Test));
        Assert.Empty(tested.Keys);
        Assert.Empty(tested.LeftOvers);
        // The request itself ends too, not only the wait for it.
        await UntilAsync(() => Emulator.Abandoned > 0);
    }

    [Fact]
    public async Task A_cancelled_wait_for_a_retry_ends()
    {
        Emulator.Faults.Add(StorageOperation.ListObjects, Fault.Throttle, times: 1000);
        var store = tested.Open(new StorageLimits { FirstDelay = TimeSpan.FromHours(1), LongestDelay = TimeSpan.FromHours(1) });
        using var cancel = new CancellationTokenSource();
        var call = store.FindLengthAsync(Key, cancel.Token);
        await UntilAsync(() => Emulator.Count(StorageOperation.ListObjects) > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(RawConnection.Patience, Test));
    }

    [Fact]
    public async Task A_part_that_is_damaged_in_transit_is_not_stored()
    {
        Emulator.Faults.Add(StorageOperation.UploadPart, Fault.Status(400, "UnmatchedContentMD5"), after: 2);
        await FailsAsync(() => Store.PutIfAbsentAsync(Key, new MemoryStream(Large), Large.Length, Test));
        Assert.All(
            Emulator.Requests.Where(request => request.Operation == StorageOperation.UploadPart),
            request => Assert.NotEmpty(request.Headers["Content-MD5"]));
        Assert.Empty(tested.Keys);
        Assert.Empty(tested.LeftOvers);
    }

    [Fact]
    public async Task Memory_holds_only_the_parts_that_are_being_sent()
    {
        var release = new TaskCompletionSource();
        Emulator.Faults.Add(StorageOperation.UploadPart, Fault.Hold(release.Task), times: 1000);
        using var content = new DribblingStream(Large, 1024);
        var put = Store.PutIfAbsentAsync(Key, content, Large.Length, Test);
        await UntilAsync(() => Emulator.Count(StorageOperation.UploadPart) == TestedBucket.Quick.PartsAtATime);
        Assert.Equal(TestedBucket.Quick.PartsAtATime * TestedBucket.Quick.PartBytes, content.BytesRead);
        release.SetResult();
        Assert.True(await put);
    }

    [Fact]
    public async Task A_version_that_is_damaged_in_transit_is_never_returned()
    {
        var registry = new ModelRegistry(Store, TimeProvider.System);
        var (name, version) = (ModelName.Parse("fraud"), new ModelVersion(1));
        await registry.PublishAsync(name, version, SomeOnnx.Linear(15, 1), TrainingInfo.None, Test);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Damage, key: Key.Text);
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ReadArtifactAsync(name, version, Test));
        Assert.Equal(RegistryError.Damaged, e.Error);
        Assert.Contains("its SHA-256 is", e.Message, StringComparison.Ordinal);
        await registry.ReadArtifactAsync(name, version, Test);
    }

    [Fact]
    public async Task The_buckets_namespace_is_queried()
    {
        var store = await ObjectStores.OpenBucketAsync(TestedBucket.Name, tested.Settings, null, Test);
        using var owner = (IDisposable)store;
        Assert.Equal($"oci:{ObjectStorageEmulator.Namespace}/{TestedBucket.Name}", store.Location);
        Assert.Empty(await store.ListAsync("", Test).ToListAsync(Test));

        Emulator.Faults.Add(StorageOperation.GetNamespace, Fault.Status(401, "NotAuthenticated", "unknown user"));
        var e = await Assert.ThrowsAsync<IOException>(() => ObjectStores.OpenBucketAsync(TestedBucket.Name, tested.Settings, null, Test));
        Assert.StartsWith(
            $"the Object Storage namespace of the bucket {TestedBucket.Name} can't be queried: 401 NotAuthenticated: unknown user",
            e.Message,
            StringComparison.Ordinal);
    }

    protected override async ValueTask<TestedStore> MakeAsync() => tested = await TestedBucket.StartAsync();

    private static Fault CreateFault(string kind) => kind switch
    {
        "429" => Fault.Throttle,
        "500" => Fault.Status(500, "InternalServerError"),
        "503 page" => Fault.Foreign(503, "text/html", "<html><body>Bad gateway</body></html>"),
        "503 text" => Fault.Foreign(503, "text/plain", "upstream connect error"),
        "cut" => Fault.Cut,
        _ => Fault.LostAnswer,
    };

    private static async Task<byte[]> ReadBytesAsync(IObjectStore store, ObjectKey key)
    {
        await using var opened = await store.OpenAsync(key, Test);
        using var bytes = new MemoryStream();
        await opened!.Content.CopyToAsync(bytes, Test);
        return bytes.ToArray();
    }

    private static async Task<RegistryException> FailsAsync(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal(RegistryError.Unavailable, e.Error);
        return e;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, "the condition did not come true");
            await Task.Delay(5, Test);
        }
    }

    /// <summary>Returns its bytes in small pieces, and can't seek.</summary>
    private sealed class DribblingStream(byte[] content, int pieceBytes) : Stream
    {
        internal int BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var length = Math.Min(Math.Min(count, pieceBytes), content.Length - BytesRead);
            content.AsSpan(BytesRead, length).CopyTo(buffer.AsSpan(offset));
            BytesRead += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Reports : IProgress<UploadProgress>
    {
        internal List<UploadProgress> All { get; } = [];

        public void Report(UploadProgress value) => All.Add(value);
    }
}

using ModelServing.Contracts;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;
using ModelServing.Services.Tests.Registry;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.Oci;

/// <summary>An empty bucket in its own emulator. Calls are signed by the user in the emulator's configuration file.</summary>
public sealed class TestedBucket : TestedStore
{
    internal const string Name = "modelserving-test-artifacts";

    /// <summary>Limits that make a test of failures fast.</summary>
    internal static readonly StorageLimits Quick = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(4),
        PartBytes = 1024,
    };

    private readonly List<BucketObjectStore> opened = [];

    private TestedBucket(ObjectStorageEmulator emulator)
    {
        Emulator = emulator;
        Bucket = emulator.CreateBucket(Name);
    }

    public override IReadOnlyList<string> Keys => Bucket.Keys;

    public override IReadOnlyList<string> LeftOvers => [.. Enumerable.Repeat("an unfinished upload", Bucket.UnfinishedUploads)];

    internal ObjectStorageEmulator Emulator { get; }

    internal EmulatedBucket Bucket { get; }

    /// <summary>The settings of a client of the emulator.</summary>
    internal OciSettings Settings => new()
    {
        Identity = OciIdentity.ConfigFile,
        ConfigFile = Emulator.Identity.ConfigFile,
        ObjectStorageEndpoint = Emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    internal static async Task<TestedBucket> StartAsync() => new(await ObjectStorageEmulator.StartAsync());

    public override IObjectStore Open() => Open(Quick);

    public override void Set(string key, byte[] content) => Bucket.Set(key, content);

    public override void Remove(string key) => Bucket.Remove(key);

    public override byte[] Get(string key) => Bucket.Find(key)!;

    /// <summary>Opens the bucket with the test's own limits.</summary>
    internal IObjectStore Open(
        StorageLimits limits, string bucket = Name, IProgress<UploadProgress>? progress = null, OciSettings? settings = null)
    {
        var address = new BucketAddress(ObjectStorageEmulator.Namespace, bucket);
        var store = new BucketObjectStore(ObjectStorageClients.Open(settings ?? Settings), address, limits, progress);
        lock (opened)
            opened.Add(store);
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
            store.Dispose();
        await Emulator.DisposeAsync();
        await base.DisposeAsync();
    }
}

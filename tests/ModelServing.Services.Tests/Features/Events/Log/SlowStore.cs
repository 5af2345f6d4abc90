using ModelServing.Features.Events.Log;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Features.Events.Log;

/// <summary>A store whose puts of segments wait.</summary>
internal sealed class SlowStore(IObjectStore store) : IObjectStore, IDisposable
{
    internal SemaphoreSlim Began { get; } = new(0);

    internal SemaphoreSlim Go { get; } = new(0);

    internal int Puts { get; private set; }

    public string Location => store.Location;

    public bool IsRemote => store.IsRemote;

    public async Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken)
    {
        if (SegmentKeys.TryParse(key, out _, out _))
        {
            Puts++;
            Began.Release();
            await Go.WaitAsync(cancellationToken);
        }

        return await store.PutIfAbsentAsync(key, content, length, cancellationToken);
    }

    public Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        store.ReplaceAsync(key, content, cancellationToken);

    public Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => store.OpenAsync(key, cancellationToken);

    public Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken) =>
        store.FindLengthAsync(key, cancellationToken);

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, cancellationToken);

    public void Dispose()
    {
        Began.Dispose();
        Go.Dispose();
    }
}

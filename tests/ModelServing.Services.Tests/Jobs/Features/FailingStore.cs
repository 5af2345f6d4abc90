using ModelServing.Registry;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>A store whose process ends at a call: before the call takes effect, or after it.</summary>
internal sealed class FailingStore(IObjectStore store, int failAt, bool takesEffect) : IObjectStore
{
    private int calls;

    public string Location => store.Location;

    public bool IsRemote => store.IsRemote;

    /// <summary>Whether the call came.</summary>
    internal bool HasFailed => calls >= failAt;

    public Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.PutIfAbsentAsync(key, content, length, cancellationToken));

    public Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.OpenAsync(key, cancellationToken));

    public Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.FindLengthAsync(key, cancellationToken));

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.DeleteAsync(key, cancellationToken));

    public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        if (++calls >= failAt)
            throw Failure(ObjectKey.Parse(prefix.TrimEnd('/')));
        return store.ListAsync(prefix, cancellationToken);
    }

    private async Task<T> CallAsync<T>(ObjectKey key, Func<Task<T>> call)
    {
        var fails = ++calls >= failAt;
        if (fails && (!takesEffect || calls > failAt))
            throw Failure(key);
        var answer = await call();
        if (!fails)
            return answer;
        if (answer is IAsyncDisposable opened)
            await opened.DisposeAsync();
        throw Failure(key);
    }

    private static RegistryException Failure(ObjectKey key) => new(RegistryError.Unavailable, key, "the process has ended");
}

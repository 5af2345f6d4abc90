using ModelServing.Registry;

namespace ModelServing.Services.Tests.Features.Events.Log;

/// <summary>A store that cannot be reached.</summary>
internal sealed class AbsentStore : IObjectStore
{
    public string Location => "nowhere";

    public bool IsRemote => true;

    public Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken) =>
        throw Absent(key);

    public Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw Absent(key);

    public Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken) => throw Absent(key);

    public Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken) => throw Absent(key);

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => throw Absent(key);

    public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw Absent(ObjectKey.Parse("events"));

    private static RegistryException Absent(ObjectKey key) => new(RegistryError.Unavailable, key, "there is nothing");
}

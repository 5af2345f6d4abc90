namespace ModelServing.Registry;

/// <summary>
/// Objects by key: a folder, or a bucket of Object Storage. An object is durable once its put has returned, and a reader sees all of it or
/// nothing. Artifacts never change; only the verdicts about them are replaced. Every failure of the store itself is a
/// <see cref="RegistryException"/> of <see cref="RegistryError.Unavailable"/> with the key.
/// </summary>
public interface IObjectStore
{
    /// <summary>Where the objects are, as messages show it: <c>file:/srv/models</c>.</summary>
    string Location { get; }

    /// <summary>Whether the store is reached over a network and filled from other machines. There, a missing object or a failure may
    /// resolve itself a little later. In a folder, a person must fix it.</summary>
    bool IsRemote { get; }

    /// <summary>Stores an object unless the key is taken. If several writers store the same key at the same time, exactly one of them gets
    /// true.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">The object's bytes, from the stream's position.</param>
    /// <param name="length">The number of bytes. If the stream has fewer or more, the put fails and stores nothing.</param>
    /// <param name="cancellationToken">Cancels the put, which then leaves nothing visible behind.</param>
    /// <returns>False if the key was taken; nothing has changed then.</returns>
    Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken);

    /// <summary>Stores a small object, replacing any object of that key. A reader sees either the old bytes or the new ones.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">The object's bytes.</param>
    /// <param name="cancellationToken">Cancels the call; the object may have been stored anyway.</param>
    Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading; null if it does not exist.</summary>
    Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Returns an object's length in bytes; null if it does not exist.</summary>
    Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Deletes an object. A reader that has opened it may fail.</summary>
    /// <returns>False if it does not exist.</returns>
    Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists the keys that begin with <paramref name="prefix"/>, ordered by code point.</summary>
    IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken);
}

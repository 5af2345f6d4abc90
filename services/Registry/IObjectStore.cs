namespace ModelServing.Registry;

/// <summary>
/// Objects by key: a folder, or a bucket of Object Storage. What a put has returned for is durable; an object is seen
/// whole or not at all. Artifacts never change; what may be written anew is what was found about them. Every failure of the store itself is a <see cref="RegistryException"/> of
/// <see cref="RegistryError.Unavailable"/> with the key.
/// </summary>
public interface IObjectStore
{
    /// <summary>Where the objects are, for a person who reads a message: <c>file:/srv/models</c>.</summary>
    string Location { get; }

    /// <summary>Whether it is reached over a network, and filled from other machines: what is missing or fails now may be there a little
    /// later. A folder's faults wait for a person.</summary>
    bool IsRemote { get; }

    /// <summary>
    /// Stores an object unless there is one of that key. Of writers who store the same key at the same time exactly one is told
    /// true.
    /// </summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">The object's bytes, from the stream's position.</param>
    /// <param name="length">How many there are; a stream that holds fewer or more is an error, and nothing is stored.</param>
    /// <param name="cancellationToken">Gives up, and leaves nothing behind that anybody would see.</param>
    /// <returns>False when the key was taken; nothing was changed then.</returns>
    Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken);

    /// <summary>Stores a small object, in the place of the one of that key if there is one. A reader sees the one or the other.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">The object's bytes.</param>
    /// <param name="cancellationToken">Gives up; the object may be stored or not then.</param>
    Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading; null when there is none.</summary>
    Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>An object's length in bytes; null when there is none.</summary>
    Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>The keys that begin with <paramref name="prefix"/>, in the order of their code points.</summary>
    IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken);
}

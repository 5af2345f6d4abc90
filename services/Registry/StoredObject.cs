namespace ModelServing.Registry;

/// <summary>An object that is open for reading.</summary>
/// <param name="content">The object's bytes, from the first.</param>
/// <param name="length">The number of bytes.</param>
public sealed class StoredObject(Stream content, long length) : IAsyncDisposable
{
    public Stream Content { get; } = content;

    public long Length { get; } = length;

    /// <summary>Reads the whole object into memory. The caller must check the length first.</summary>
    /// <exception cref="RegistryException">The object can't be read.</exception>
    internal async Task<byte[]> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var bytes = new byte[Length];
        try
        {
            await Content.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

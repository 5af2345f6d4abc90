namespace ModelServing.Registry;

/// <summary>An object that is open for reading.</summary>
/// <param name="content">Its bytes, from the first.</param>
/// <param name="length">How many there are.</param>
public sealed class StoredObject(Stream content, long length) : IAsyncDisposable
{
    /// <summary>The object's bytes, from the first.</summary>
    public Stream Content { get; } = content;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; } = length;

    /// <summary>Its bytes, of an object whose length was found to be bearable.</summary>
    /// <exception cref="RegistryException">They can't be read.</exception>
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

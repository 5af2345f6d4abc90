using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Features.Definitions;

/// <summary>
/// The published versions of all views, in the registry's object store: <c>features/{view}/v{version}/definition.json</c>. A definition is
/// stored once and never changes. Its bytes are its canonical JSON, so the SHA-256 of the object is the digest of the definition.
/// </summary>
public sealed class PublishedViews(IObjectStore store)
{
    /// <summary>The start of all views' keys.</summary>
    public const string Prefix = ArtifactKeys.FeaturesPrefix;

    private const string File = "definition.json";

    /// <summary>Where they are, as messages show it.</summary>
    public string Location => store.Location;

    /// <summary>The key of a version.</summary>
    public static ObjectKey Key(ViewId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return ObjectKey.Parse(ArtifactKeys.Definition(id.View.Text, id.Version));
    }

    /// <summary>Publishes a version. Publishing the same definition again changes nothing.</summary>
    /// <returns>False if the version was already published with the same bytes.</returns>
    /// <exception cref="RegistryException">The version is published with other bytes, or the store failed.</exception>
    public async Task<bool> PublishAsync(ViewDefinition view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        var bytes = view.ToUtf8();
        using var content = new MemoryStream(bytes, writable: false);
        if (await store.PutIfAbsentAsync(Key(view.Id), content, bytes.Length, cancellationToken))
            return true;
        await RequireSameAsync(view, cancellationToken);
        return false;
    }

    /// <summary>Whether a version is published with exactly this definition; false if it is not published at all.</summary>
    /// <exception cref="RegistryException">The version is published with other bytes, or the store failed.</exception>
    public async Task<bool> IsPublishedAsync(ViewDefinition view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (await store.FindLengthAsync(Key(view.Id), cancellationToken) is null)
            return false;
        await RequireSameAsync(view, cancellationToken);
        return true;
    }

    /// <summary>Reads a version; null if it is not published.</summary>
    /// <exception cref="RegistryException">The object is not a definition of this version, or the store failed.</exception>
    public async Task<ViewDefinition?> FindAsync(ViewId id, CancellationToken cancellationToken)
    {
        var key = Key(id);
        if (await ReadAsync(key, cancellationToken) is not { } bytes)
            return null;
        try
        {
            var view = ViewDefinition.Parse(bytes);
            return view.Id == id ? view : throw new ContractException($"it is the definition of {view.Id}");
        }
        catch (ContractException e)
        {
            throw new RegistryException(RegistryError.Damaged, key, e.Message, e);
        }
    }

    /// <summary>Reads a version.</summary>
    /// <exception cref="RegistryException">It is not published, the object is not a definition of this version, or the store
    /// failed.</exception>
    public async Task<ViewDefinition> ReadAsync(ViewId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw new RegistryException(
            RegistryError.NotFound, Key(id), $"is not in {store.Location}; 'ms features apply' publishes it");

    /// <summary>Lists the published versions, ordered by view and version.</summary>
    /// <exception cref="RegistryException">The store failed.</exception>
    public async Task<IReadOnlyList<ViewId>> ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<ViewId>();
        await foreach (var key in store.ListAsync(Prefix, cancellationToken))
        {
            if (key.Text.Split('/') is [_, var name, ['v', .. var number], File] && ViewName.TryParse(name, out var view) &&
                ModelVersion.TryParse(number, null, out var version))
                views.Add(new ViewId(view, version.Number));
        }

        views.Sort();
        return views;
    }

    private async Task RequireSameAsync(ViewDefinition view, CancellationToken cancellationToken)
    {
        var key = Key(view.Id);
        var published = await ReadAsync(key, cancellationToken);
        if (published is null || !published.AsSpan().SequenceEqual(view.ToUtf8()))
        {
            throw new RegistryException(
                RegistryError.AlreadyPublished,
                key,
                $"{view.Id} is already published with another definition, and a version never changes; write version: {view.Version + 1}");
        }
    }

    private async Task<byte[]?> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await using var stored = await store.OpenAsync(key, cancellationToken);
        if (stored is null)
            return null;
        if (stored.Length > ViewDefinition.MaxBytes)
        {
            throw new RegistryException(
                RegistryError.Damaged, key, $"it has {stored.Length} bytes; at most {ViewDefinition.MaxBytes} are read");
        }

        var bytes = new byte[stored.Length];
        try
        {
            await stored.Content.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (IOException e)
        {
            throw new RegistryException(RegistryError.Unavailable, key, $"can't be read: {e.Message}", e);
        }
    }
}

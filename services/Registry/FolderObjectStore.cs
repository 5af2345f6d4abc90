using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Registry;

/// <summary>
/// Objects as files in a folder, which several processes may use at once. An object is written under <c>.incoming/</c>, flushed to the disk
/// and then named by a hard link, which fails if the name is taken. So an object is complete from the moment it is visible, and leftovers
/// of a killed writer never count as objects. Symbolic links below the folder are not followed.
/// </summary>
/// <param name="folder">The folder; it is created when the first object is stored.</param>
public sealed class FolderObjectStore(string folder) : IObjectStore
{
    private const string Incoming = ".incoming";

    private readonly string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <inheritdoc/>
    public string Location => $"file:{root}";

    /// <inheritdoc/>
    public bool IsRemote => false;

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        string? written = null;
        try
        {
            RefuseLinks(key);
            if (File.Exists(path))
                return false;
            written = await WriteIncomingAsync(key, content, length, cancellationToken);
            var parent = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(parent);
            return AtomicName.TryAssign(written, path) && FlushNames(parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "written", e);
        }
        finally
        {
            if (written is not null)
                File.Delete(written);
        }
    }

    /// <inheritdoc/>
    public async Task ReplaceAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            RefuseLinks(key);
            using var file = new AtomicFile(path, temporary: NewIncoming());
            await file.Stream.WriteAsync(content, cancellationToken);
            var parent = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(parent);
            file.Commit(flushToDisk: true);
            _ = FlushNames(parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "written", e);
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> OpenAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            RefuseLinks(key);
            // A file of length 0 may be a pipe or a device, and opening one can block forever. There is nothing to read, so it is not
            // opened.
            if (new FileInfo(PathOf(key)) is { Exists: true, Length: 0 })
                return Task.FromResult<StoredObject?>(new StoredObject(new MemoryStream([], writable: false), 0));
            var file = new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
            return Task.FromResult<StoredObject?>(new StoredObject(file, file.Length));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<StoredObject?>(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "read", e);
        }
    }

    /// <inheritdoc/>
    public Task<long?> FindLengthAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            RefuseLinks(key);
            var file = new FileInfo(PathOf(key));
            return Task.FromResult<long?>(file.Exists ? file.Length : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "read", e);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            RefuseLinks(key);
            if (!File.Exists(path))
                return Task.FromResult(false);
            File.Delete(path);
            AtomicName.Flush(Path.GetDirectoryName(path)!);
            return Task.FromResult(true);
        }
        catch (DirectoryNotFoundException)
        {
            return Task.FromResult(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(key, "deleted", e);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var keys = new List<ObjectKey>();
        var slash = prefix.LastIndexOf('/');
        if (slash < 0)
            Collect(new DirectoryInfo(root), "", prefix, keys, cancellationToken);
        else if (ObjectKey.TryParse(prefix[..slash], out var folderOfPrefix) && !HasLink(folderOfPrefix, out _))
            Collect(new DirectoryInfo(PathOf(folderOfPrefix)), folderOfPrefix.Text + "/", prefix, keys, cancellationToken);
        keys.Sort();
        return keys.ToAsyncEnumerable();
    }

    private static void Collect(DirectoryInfo folder, string path, string prefix, List<ObjectKey> keys, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var text = path + entry.Name;
                if (!ObjectKey.TryParse(text, out var key) || entry.LinkTarget is not null)
                    continue;
                if (!text.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                if (entry is DirectoryInfo inner)
                    Collect(inner, text + "/", prefix, keys, cancellationToken);
                else
                    keys.Add(key);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The folder does not exist, or no longer does: it has no objects.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(ObjectKey.Parse(path.Length == 0 ? "models" : path.TrimEnd('/')), "listed", e);
        }
    }

    private static RegistryException Unavailable(ObjectKey key, string action, Exception e) =>
        new(RegistryError.Unavailable, key, $"can't be {action}: {e.Message}", e);

    /// <summary>Flushes a folder and those above it up to the root, so that a new name survives a power failure. Always true.</summary>
    private bool FlushNames(string parent)
    {
        for (var folder = parent; folder.Length >= root.Length; folder = Path.GetDirectoryName(folder)!)
            AtomicName.Flush(folder);
        return true;
    }

    private string NewIncoming()
    {
        var incoming = Path.Combine(root, Incoming);
        Directory.CreateDirectory(incoming);
        if (new DirectoryInfo(incoming).LinkTarget is not null)
            throw new IOException($"{incoming} is a symbolic link; links are not followed");
        return Path.Combine(incoming, Guid.NewGuid().ToString("N"));
    }

    private async Task<string> WriteIncomingAsync(ObjectKey key, Stream content, long length, CancellationToken cancellationToken)
    {
        var path = NewIncoming();
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await content.CopyToAsync(file, cancellationToken);
            if (file.Length != length)
                throw new IOException($"received {file.Length} bytes for {key}; {length} were announced");
            file.Flush(flushToDisk: true);
            return path;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private void RefuseLinks(ObjectKey key)
    {
        if (HasLink(key, out var link))
        {
            throw new RegistryException(
                RegistryError.Damaged, key, $"{link} is a symbolic link; links are not followed, so replace it with the file itself");
        }
    }

    /// <summary>Whether the path to <paramref name="key"/>, below the root folder, contains a symbolic link.</summary>
    private bool HasLink(ObjectKey key, [NotNullWhen(true)] out string? link)
    {
        link = root;
        foreach (var segment in key.Text.Split('/'))
        {
            link = Path.Combine(link, segment);
            if (new FileInfo(link).LinkTarget is not null)
                return true;
        }

        link = null;
        return false;
    }

    private string PathOf(ObjectKey key) => Path.Combine(root, Path.Combine(key.Text.Split('/')));
}

using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Registry;

/// <summary>
/// Objects as files of a folder; several processes may use it at once. An object is written under <c>.incoming/</c>, flushed to
/// the disk, and then given its name by a hard link, which fails when the name is taken; so an object is whole from the moment
/// it can be seen, and what a killed writer leaves behind is no object. Symbolic links below the folder are not followed.
/// </summary>
/// <param name="folder">The folder; it is made when the first object is stored.</param>
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
            return AtomicName.TryGive(written, path) && Durable(parent);
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
            _ = Durable(parent);
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
            // What has no bytes need not be opened, and may be a pipe or a device: to open one can take for ever.
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
            // A folder that is not there, or no longer, holds nothing.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(ObjectKey.Parse(path.Length == 0 ? "models" : path.TrimEnd('/')), "listed", e);
        }
    }

    private static RegistryException Unavailable(ObjectKey key, string what, Exception e) =>
        new(RegistryError.Unavailable, key, $"can't be {what}: {e.Message}", e);

    /// <summary>Makes the new name itself survive a power cut: the folders that lead to it are flushed too.</summary>
    private bool Durable(string folderOfName)
    {
        for (var at = folderOfName; at.Length >= root.Length; at = Path.GetDirectoryName(at)!)
            AtomicName.Flush(at);
        return true;
    }

    private string NewIncoming()
    {
        var incoming = Path.Combine(root, Incoming);
        Directory.CreateDirectory(incoming);
        if (new DirectoryInfo(incoming).LinkTarget is not null)
            throw new IOException($"{incoming} is a symbolic link, which is not followed");
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
                throw new IOException($"{file.Length} bytes came for {key}, not the {length} that were announced");
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
            throw new RegistryException(RegistryError.Damaged, key, $"{link} is a symbolic link, which is not followed; put the file itself there");
    }

    /// <summary>Whether a symbolic link stands below the folder on the way to <paramref name="key"/>.</summary>
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

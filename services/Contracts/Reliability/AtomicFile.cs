namespace ModelServing.Contracts.Reliability;

/// <summary>
/// Replaces a file in one step, so that a reader sees the old content or the new content and never a part of either. The content is written
/// to a file beside the target, which <see cref="Commit"/> renames. Without a commit, the target stays as it was.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string temporary;
    private readonly FileStream stream;
    private bool committed;

    /// <param name="path">The file to replace or create.</param>
    /// <param name="mode">The file's permissions, from its first byte on; null for the process's default. Ignored on Windows.</param>
    /// <param name="temporary">A path on the same file system to write to until the commit; null for one beside the target.</param>
    /// <exception cref="IOException">The temporary file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not create it.</exception>
    public AtomicFile(string path, UnixFileMode? mode = null, string? temporary = null)
    {
        this.path = path;
        // A name of its own: a file that a killed writer left behind would keep its permissions, and two writers never share one.
        this.temporary = temporary ?? $"{path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is { } requested && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = requested;
            stream = new FileStream(this.temporary, options);
            // The process's umask may have removed some of the bits.
            if (File.GetUnixFileMode(stream.SafeFileHandle) != requested)
                File.SetUnixFileMode(stream.SafeFileHandle, requested);
        }
        else
        {
            stream = new FileStream(this.temporary, options);
        }
    }

    /// <summary>The new content goes here.</summary>
    public Stream Stream => stream;

    /// <summary>Replaces a file by <paramref name="content"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write it.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        using var file = new AtomicFile(path, mode);
        file.Stream.Write(content);
        file.Commit();
    }

    /// <summary>Gives the new content its name.</summary>
    /// <param name="flushToDisk">Flushes the content first, so that it survives a power cut if the new name does.</param>
    public void Commit(bool flushToDisk = false)
    {
        stream.Flush(flushToDisk);
        stream.Dispose();
        File.Move(temporary, path, overwrite: true);
        committed = true;
    }

    public void Dispose()
    {
        stream.Dispose();
        if (!committed)
            File.Delete(temporary);
    }
}

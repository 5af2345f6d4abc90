using System.Globalization;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Spool;

/// <summary>
/// The folder of one process's spool, below the folder of all spools. Whoever holds the lock on its file owns it: the process that writes
/// it, and once that has ended, another one, which ships what is left.
/// </summary>
public sealed class SpoolFolder : IDisposable
{
    private const string Unnamed = ".new";

    private readonly FileStream held;

    private SpoolFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    /// <summary>Creates a folder for this process.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static SpoolFolder Create(string root, TimeProvider time)
    {
        PrivateFiles.CreateFolder(root);
        // The names sort by age.
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}-{Guid.NewGuid():N}");
        var path = System.IO.Path.Combine(root, name);
        // It gets its name once it is locked: another process takes over, and deletes, every named folder that isn't.
        var unnamed = path + Unnamed;
        PrivateFiles.CreateFolder(unnamed);
        var held = Lock(unnamed, FileMode.OpenOrCreate) ?? throw new IOException($"{unnamed} can't be locked");
        Directory.Move(unnamed, path);
        return new SpoolFolder(path, held);
    }

    /// <summary>Owns a folder of any name, which a later process may own again.</summary>
    /// <exception cref="IOException">Another process owns it, or the disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static SpoolFolder Own(string path)
    {
        PrivateFiles.CreateFolder(path);
        return new SpoolFolder(path, Lock(path, FileMode.OpenOrCreate) ?? throw new IOException($"another process owns {path}"));
    }

    /// <summary>Takes over a folder whose process has ended. Returns null if every process still runs.</summary>
    public static SpoolFolder? TakeOver(string root, string? own)
    {
        if (!Directory.Exists(root))
            return null;
        foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (path != own && !path.EndsWith(Unnamed, StringComparison.Ordinal) && Lock(path, FileMode.Open) is { } held)
                return new SpoolFolder(path, held);
        }

        return null;
    }

    /// <summary>The bytes of the segments of all processes' spools.</summary>
    public static long BytesIn(string root)
    {
        try
        {
            return !Directory.Exists(root)
                ? 0
                : new DirectoryInfo(root).EnumerateFiles("*" + SpoolFormat.SegmentSuffix, SearchOption.AllDirectories)
                    .Sum(static file => file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One of them was just deleted.
            return 0;
        }
    }

    /// <summary>Waits until the disk has all of some segments that get no more records, and their names.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read a segment.</exception>
    public void Flush(IEnumerable<SealedSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        foreach (var segment in segments.Where(static segment => segment.Length > 0))
            SpoolSegment.Flush(Path, segment.Number);
        AtomicName.Flush(Path);
    }

    /// <summary>Deletes the folder, whose records are in the store.</summary>
    public void Delete()
    {
        // Files first: if the process ends in between, the folder is found again as long as it has its lock's file.
        foreach (var file in Directory.EnumerateFiles(Path).Where(static file => System.IO.Path.GetFileName(file) != SpoolFormat.LockFile))
            File.Delete(file);
        File.Delete(System.IO.Path.Combine(Path, SpoolFormat.LockFile));
        Directory.Delete(Path);
        held.Dispose();
    }

    public void Dispose() => held.Dispose();

    private static FileStream? Lock(string path, FileMode mode)
    {
        try
        {
            var file = System.IO.Path.Combine(path, SpoolFormat.LockFile);
            // The system releases it when the process ends, however it ends.
            var held = new FileStream(file, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            // Its owner may have deleted the folder after the file was opened.
            if (File.Exists(file))
                return held;
            held.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Journal;

/// <summary>
/// A file in which a router keeps its last knowledge of the journal, for a start while the journal is unavailable. It is replaced as a
/// whole, and a damaged file counts as missing.
/// </summary>
/// <remarks>The file consists of one line, <c>modelserving-snapshot 1 LENGTH SHA256</c>, and the content.</remarks>
public sealed class SnapshotFile(string path)
{
    /// <summary>The most bytes of content.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    private const string Title = "modelserving-snapshot 1 ";
    private const int MaxHeader = 128;

    public string FullPath { get; } = Path.GetFullPath(path);

    public Snapshot Read()
    {
        byte[] file;
        try
        {
            if (!File.Exists(FullPath))
                return new Snapshot(null, null);
            if (new FileInfo(FullPath).Length is var length and > MaxBytes + MaxHeader)
                return Faulty($"it has {length} bytes; at most {MaxBytes} are read");
            file = File.ReadAllBytes(FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Faulty(e.Message);
        }

        var end = file.AsSpan(0, Math.Min(file.Length, MaxHeader)).IndexOf((byte)'\n');
        if (end < 0)
            return Faulty("its first line is not that of a snapshot");
        var content = file.AsSpan(end + 1);
        return Encoding.ASCII.GetString(file, 0, end) == HeaderOf(content)
            ? new Snapshot(content.ToArray(), null)
            : Faulty("its content does not match its first line");
    }

    /// <summary>Replaces it, in one step and on the disk when this returns.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write the file.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, MaxBytes);
        using var file = new AtomicFile(FullPath);
        file.Stream.Write(Encoding.ASCII.GetBytes(HeaderOf(content) + '\n'));
        file.Stream.Write(content);
        file.Commit(flushToDisk: true);
    }

    private static string HeaderOf(ReadOnlySpan<byte> content) =>
        $"{Title}{content.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}";

    private Snapshot Faulty(string why) => new(null, $"the snapshot {FullPath} can't be used: {why}");
}

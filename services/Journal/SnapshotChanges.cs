using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Journal;

/// <summary>What changed since a <see cref="SnapshotFile"/> was written, in a file beside it, so that a change of one model does not write
/// the states of all.</summary>
/// <remarks>Each change consists of one line, <c>modelserving-change 1 LENGTH SHA256</c>, and the content. One that was cut off by the end
/// of the process or is damaged is not read, and neither is what follows it.</remarks>
public sealed class SnapshotChanges(SnapshotFile snapshot)
{
    private const string Title = "modelserving-change 1 ";

    public string FullPath { get; } = snapshot.FullPath + ".changes";

    /// <summary>The bytes that this object appended since it cleared the file.</summary>
    public long Appended { get; private set; }

    /// <summary>Reads the changes in their order, as far as they can be trusted.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read the file.</exception>
    public IReadOnlyList<byte[]> Read()
    {
        var found = new List<byte[]>();
        if (!File.Exists(FullPath))
            return found;
        var rest = File.ReadAllBytes(FullPath).AsSpan();
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            var header = Encoding.ASCII.GetString(rest[..end]);
            rest = rest[(end + 1)..];
            if (!header.StartsWith(Title, StringComparison.Ordinal)
                || !int.TryParse(header.Split(' ')[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length > rest.Length
                || header != HeaderOf(rest[..length]))
                break;
            found.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return found;
    }

    /// <summary>Appends a change, which is on the disk when this returns.</summary>
    /// <exception cref="IOException">The file can't be written. What it has now may end in a part of the change.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write the file.</exception>
    public void Append(ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(FullPath, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] change = [.. Encoding.ASCII.GetBytes(HeaderOf(content) + '\n'), .. content];
        file.Write(change);
        file.Flush(flushToDisk: true);
        Appended += change.Length;
    }

    /// <summary>Removes all changes, once a snapshot has them.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not remove the file.</exception>
    public void Clear()
    {
        File.Delete(FullPath);
        Appended = 0;
    }

    private static string HeaderOf(ReadOnlySpan<byte> content) =>
        string.Create(CultureInfo.InvariantCulture, $"{Title}{content.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}");
}

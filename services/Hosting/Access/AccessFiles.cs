using ModelServing.Spool;

namespace ModelServing.Hosting.Access;

/// <summary>Reads the access logs of a folder, also those of processes that are writing now.</summary>
public static class AccessFiles
{
    /// <summary>Reads all records, process by process.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static IEnumerable<AccessRecord> Read(string root)
    {
        if (!Directory.Exists(root))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            foreach (var segment in SegmentsIn(folder))
            {
                var bytes = Content(Path.Combine(folder, SpoolFormat.SegmentName(segment)));
                for (var offset = 0; SpoolFormat.TryRead(bytes.AsSpan(offset), out _, out var length);)
                {
                    if (AccessFormat.TryRead(bytes.AsSpan(offset + SpoolFormat.HeadBytes, length), out var record))
                        yield return record;
                    offset += SpoolFormat.SizeOf(length);
                }
            }
        }
    }

    // A process may delete its oldest segment, or its folder, at any time.
    private static IReadOnlyList<long> SegmentsIn(string folder)
    {
        try
        {
            return SpoolFormat.SegmentsIn(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static byte[] Content(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var bytes = new byte[file.Length];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}

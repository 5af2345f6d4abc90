namespace ModelServing.Hosting;

/// <summary>
/// Follows a file's content by reading it again and again: the one way that sees a save in place, a save by rename, a symbolic
/// link that now points elsewhere (a mounted ConfigMap) and a file that is born late.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="period">The time between two reads, at least. A change is handed on once two reads agree, so after one to two periods;
/// that the file is empty or gone, as it is in the middle of many a save, once ten agree.</param>
/// <param name="time">The clock.</param>
/// <param name="maxBytes">The most bytes that are read.</param>
public sealed class PolledFile(string path, TimeSpan period, TimeProvider time, int maxBytes = 4 * 1024 * 1024)
{
    private const int AgreeingReads = 2;
    private const int AgreeingReadsOfNothing = 10;

    // Written by whoever handed a content on last.
    private volatile Content? handedOn;

    // Only the follower's.
    private Content? candidate;
    private int agreeing;
    private string? lastFailure;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads the file now: null when it is not there. What it gives counts as handed on.</summary>
    /// <exception cref="IOException">The file can't be read, or has more bytes than allowed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public byte[]? ReadNow()
    {
        var now = Read();
        handedOn = now;
        return now.Bytes;
    }

    /// <summary>Calls <paramref name="changed"/> with the content, null for no file, each time it is another than before.</summary>
    /// <param name="changed">Takes the content; the next read waits for it.</param>
    /// <param name="failed">Takes the reason when the file can't be read; once for each new reason.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task FollowAsync(Func<byte[]?, Task> changed, Action<string> failed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(failed);
        while (!cancellation.IsCancellationRequested)
        {
            await PollAsync(changed, failed);
            try
            {
                // Not a periodic timer: its ticks come close together after a stall, and two reads would agree on half a save.
                await Task.Delay(period, time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>One read of those that <see cref="FollowAsync"/> makes.</summary>
    internal async Task PollAsync(Func<byte[]?, Task> changed, Action<string> failed)
    {
        Content now;
        try
        {
            now = Read();
            lastFailure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (lastFailure != e.Message)
                failed(e.Message);
            lastFailure = e.Message;
            return;
        }

        if (now.Equals(handedOn))
        {
            candidate = null;
            return;
        }

        // A writer may be in the middle of it: hand it on once it has held still.
        agreeing = now.Equals(candidate) ? agreeing + 1 : 1;
        candidate = now;
        if (agreeing < (now.Bytes is { Length: > 0 } ? AgreeingReads : AgreeingReadsOfNothing))
            return;
        candidate = null;
        await changed(now.Bytes);
        // Not before: while this content waited for its turn, ReadNow may have handed on a later one, which then comes again.
        handedOn = now;
    }

    private Content Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > maxBytes)
                throw new IOException($"{path} has {file.Length} bytes; at most {maxBytes} are read");
            var bytes = new byte[file.Length];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return new Content(length == bytes.Length ? bytes : bytes[..length]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Content(null);
        }
    }

    /// <summary>What a read found; null for no file.</summary>
    private sealed class Content(byte[]? bytes)
    {
        internal byte[]? Bytes => bytes;

        internal bool Equals(Content? other) => other is not null && (bytes is null) == (other.Bytes is null) && bytes.AsSpan().SequenceEqual(other.Bytes);
    }
}

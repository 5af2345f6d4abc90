namespace ModelServing.Hosting;

/// <summary>
/// Follows a file's content by reading it periodically. No other way notices a save in place, a save by rename, a symbolic link that now
/// points elsewhere (a mounted ConfigMap) and a file that is created later.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="period">The shortest time between two reads. A change is reported once two reads agree, so after one to two periods. An
/// empty or missing file, which occurs in the middle of many saves, is reported once ten reads agree.</param>
/// <param name="time">Measures the period.</param>
/// <param name="maxBytes">The largest file that is read.</param>
public sealed class PolledFile(string path, TimeSpan period, TimeProvider time, int maxBytes = 4 * 1024 * 1024)
{
    private const int AgreeingReads = 2;
    private const int AgreeingReadsOfNothing = 10;

    // Written by both ReadNow and the follower.
    private volatile Content? reported;

    // Nearly all reads find what was reported. They share one buffer: a large file that is read ten times a second would fill the heap.
    private readonly Lock reading = new();
    private byte[] buffer = [];

    // Used by the follower only.
    private Content? candidate;
    private int agreeing;
    private string? lastFailure;

    public string Path => path;

    /// <summary>Reads the file now; null if it does not exist. The returned content counts as reported.</summary>
    /// <exception cref="IOException">The file cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read the file, or it is a folder.</exception>
    public byte[]? ReadNow()
    {
        var now = Read();
        reported = now;
        return now.Bytes;
    }

    /// <summary>Reports each new content until it is canceled. An exception of <paramref name="changed"/> ends this, and the next call
    /// reports the same content again.</summary>
    /// <param name="changed">Is called with the content, or null for a missing file; the next read waits for it.</param>
    /// <param name="failed">Is called with the reason if the file cannot be read, once for each new reason.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task FollowAsync(Func<byte[]?, Task> changed, Action<string> failed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(failed);
        while (!cancellation.IsCancellationRequested)
        {
            await PollAsync(changed, failed);
            try
            {
                // Not a periodic timer: its ticks bunch up after a stall, and two reads would agree on half a save.
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

        if (now.Equals(reported))
        {
            candidate = null;
            return;
        }

        // A writer may be in the middle of a save, so the content must stay the same for a while.
        agreeing = now.Equals(candidate) ? agreeing + 1 : 1;
        candidate = now;
        if (agreeing < (now.Bytes is { Length: > 0 } ? AgreeingReads : AgreeingReadsOfNothing))
            return;
        candidate = null;
        await changed(now.Bytes);
        // Only now: while this call waited, ReadNow may have returned a later content. That one is then reported once more.
        reported = now;
    }

    private Content Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > maxBytes)
                throw new IOException($"{path} has {file.Length} bytes; at most {maxBytes} are read");
            lock (reading)
            {
                if (buffer.Length < file.Length)
                    buffer = new byte[file.Length];
                var wanted = buffer.AsSpan(0, (int)file.Length);
                var bytes = wanted[..file.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false)];
                return reported is { Bytes: { } known } same && bytes.SequenceEqual(known) ? same : new Content(bytes.ToArray());
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Content(null);
        }
    }

    /// <summary>The result of a read; null bytes for a missing file.</summary>
    private sealed class Content(byte[]? bytes)
    {
        internal byte[]? Bytes => bytes;

        internal bool Equals(Content? other) =>
            other is not null && (bytes is null) == (other.Bytes is null) && bytes.AsSpan().SequenceEqual(other.Bytes);
    }
}

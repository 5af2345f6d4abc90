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

    // In place of a length: the file does not exist, or nothing was read.
    private const int Missing = -1;
    private const int Nothing = -2;

    // Written by both ReadNow and the follower.
    private volatile Content? reported;

    // Nearly all reads find what was reported. They share buffers: a large file that is read ten times a second would fill the heap.
    private readonly Lock reading = new();
    private byte[] buffer = [];

    // What the last reads of the follower agreed on.
    private byte[] candidate = [];
    private int candidateLength = Nothing;
    private int agreeing;
    private string? lastFailure;

    public string Path => path;

    /// <summary>Reads the file now; null if it does not exist. The returned content counts as reported.</summary>
    /// <exception cref="IOException">The file cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read the file, or it is a folder.</exception>
    public byte[]? ReadNow()
    {
        lock (reading)
        {
            var read = Fill();
            return (reported = Reported(read) ?? Make(read)).Bytes;
        }
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
        Content? now;
        try
        {
            now = ReadAgreed();
            lastFailure = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (lastFailure != e.Message)
                failed(e.Message);
            lastFailure = e.Message;
            return;
        }

        if (now is null || ReferenceEquals(now, reported))
            return;
        await changed(now.Bytes);
        // Only now: while this call waited, ReadNow may have returned a later content. That one is then reported once more.
        reported = now;
    }

    // A writer may be in the middle of a save, so the content must stay the same for a while. Null until then.
    private Content? ReadAgreed()
    {
        lock (reading)
        {
            var length = Fill();
            if (Reported(length) is { } same)
            {
                candidateLength = Nothing;
                return same;
            }

            var bytes = buffer.AsSpan(0, Math.Max(0, length));
            if (length != candidateLength || !bytes.SequenceEqual(candidate.AsSpan(0, bytes.Length)))
            {
                if (candidate.Length < bytes.Length)
                    candidate = new byte[buffer.Length];
                bytes.CopyTo(candidate);
                (candidateLength, agreeing) = (length, 0);
            }

            agreeing++;
            if (agreeing < (length > 0 ? AgreeingReads : AgreeingReadsOfNothing))
                return null;
            candidateLength = Nothing;
            return Make(length);
        }
    }

    // What was reported, if the buffer has the same.
    private Content? Reported(int length) => reported is { } known && (known.Bytes is null) == (length == Missing)
        && buffer.AsSpan(0, Math.Max(0, length)).SequenceEqual(known.Bytes) ? known : null;

    private Content Make(int length) => new(length == Missing ? null : buffer[..length]);

    // Reads the file into the buffer, and returns its length.
    private int Fill()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var length = file.Length;
            if (length > maxBytes)
                throw new IOException($"{path} has {length} bytes; at most {maxBytes} are read");
            if (buffer.Length < length)
                buffer = new byte[length];
            return file.ReadAtLeast(buffer.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Missing;
        }
    }

    /// <summary>What was reported; null bytes for a missing file.</summary>
    private sealed record Content(byte[]? Bytes);
}

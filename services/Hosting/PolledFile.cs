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

    // Nearly all reads find what was reported, and a new content takes over the buffer in which it was read. Otherwise, a large file that
    // is read ten times a second would fill the heap.
    private readonly Lock reading = new();
    private byte[] buffer = [];
    private byte[] spare = [];

    // What the last reads of the follower agreed on.
    private byte[] candidate = [];
    private int candidateLength = Nothing;
    private int agreeing;
    private string? lastFailure;

    public string Path => path;

    /// <summary>Reads the file now; null if it does not exist. The returned content counts as reported. The caller may keep it.</summary>
    /// <exception cref="IOException">The file cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read the file, or it is a folder.</exception>
    public ReadOnlyMemory<byte>? ReadNow()
    {
        lock (reading)
        {
            var read = Fill();
            if (Reported(read) is not { } now)
                SetReported(now = Make(ref buffer, read));
            now.IsKept = true;
            return now.Memory;
        }
    }

    /// <summary>Reports each new content until it is canceled. An exception of <paramref name="changed"/> ends this, and the next call
    /// reports the same content again.</summary>
    /// <param name="changed">Is called with the content, or null for a missing file; the next read waits for it. Its bytes are valid until
    /// its task ends: a later content is read into the same buffer.</param>
    /// <param name="failed">Is called with the reason if the file cannot be read, once for each new reason.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task FollowAsync(Func<ReadOnlyMemory<byte>?, Task> changed, Action<string> failed, CancellationToken cancellation)
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
    internal async Task PollAsync(Func<ReadOnlyMemory<byte>?, Task> changed, Action<string> failed)
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
        await changed(now.Memory);
        // Only now: while this call waited, ReadNow may have returned a later content. That one is then reported once more.
        lock (reading)
            SetReported(now);
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

            var bytes = Math.Max(0, length);
            if (length != candidateLength || !buffer.AsSpan(0, bytes).SequenceEqual(candidate.AsSpan(0, bytes)))
            {
                (candidate, buffer) = (buffer, candidate);
                (candidateLength, agreeing) = (length, 0);
            }

            agreeing++;
            if (agreeing < (length > 0 ? AgreeingReads : AgreeingReadsOfNothing))
                return null;
            candidateLength = Nothing;
            return Make(ref candidate, length);
        }
    }

    // What was reported, if the buffer has the same.
    private Content? Reported(int length) =>
        reported is { } known && known.Length == length && buffer.AsSpan(0, Math.Max(0, length)).SequenceEqual(known.Span) ? known : null;

    private static Content Make(ref byte[] from, int length)
    {
        if (length == Missing)
            return new Content([], Missing);
        var made = new Content(from, length);
        from = [];
        return made;
    }

    private void SetReported(Content now)
    {
        if (reported is { IsKept: false } before && before.Buffer.Length > spare.Length)
            spare = before.Buffer;
        reported = now;
    }

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
                (buffer, spare) = (spare, []);
            // A file that grows with each save must not take a new buffer each time.
            if (buffer.Length < length)
                buffer = new byte[length + (length / 8)];
            return file.ReadAtLeast(buffer.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Missing;
        }
    }

    /// <summary>What was or will be reported.</summary>
    private sealed class Content(byte[] buffer, int length)
    {
        internal byte[] Buffer => buffer;

        internal int Length => length;

        internal ReadOnlySpan<byte> Span => buffer.AsSpan(0, Math.Max(0, length));

        // Not a plain null, which would become an empty memory.
        internal ReadOnlyMemory<byte>? Memory => length == Missing ? default(ReadOnlyMemory<byte>?) : new(buffer, 0, length);

        /// <summary>Whether a caller may still use the buffer.</summary>
        internal bool IsKept { get; set; }
    }
}

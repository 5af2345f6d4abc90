namespace ModelServing.Hosting;

/// <summary>
/// Follows a file's content by reading it again and again: the one way that sees a save in place, a save by rename, a symbolic
/// link that now points elsewhere (a mounted ConfigMap) and a file that is born late.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="period">The time between two reads. A change is handed on once two reads agree, so after one to two periods.</param>
/// <param name="time">The clock.</param>
/// <param name="maxBytes">The most bytes that are read.</param>
public sealed class PolledFile(string path, TimeSpan period, TimeProvider time, int maxBytes = 4 * 1024 * 1024)
{
    private byte[]? handedOn;
    private bool any;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads the file now: null when it is not there. What it gives counts as handed on.</summary>
    /// <exception cref="IOException">The file can't be read, or has more bytes than allowed.</exception>
    public byte[]? ReadNow()
    {
        handedOn = Read();
        any = true;
        return handedOn;
    }

    /// <summary>Calls <paramref name="changed"/> with the content, null for no file, each time it is another than before.</summary>
    /// <param name="changed">Takes the content; the next read waits for it.</param>
    /// <param name="failed">Takes the reason when the file can't be read; once for each new reason.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task FollowAsync(Func<byte[]?, Task> changed, Action<string> failed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(failed);
        byte[]? seen = null;
        var waiting = false;
        string? lastFailure = null;
        using var timer = new PeriodicTimer(period, time);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var now = Read();
                lastFailure = null;
                if (any && Same(now, handedOn))
                {
                    waiting = false;
                }
                else if (waiting && Same(now, seen))
                {
                    waiting = false;
                    (handedOn, any) = (now, true);
                    await changed(now);
                }
                else
                {
                    // A writer may be in the middle of it: hand it on once it has held still.
                    (seen, waiting) = (now, true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (lastFailure != e.Message)
                    failed(e.Message);
                lastFailure = e.Message;
            }

            try
            {
                await timer.WaitForNextTickAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    private byte[]? Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > maxBytes)
                throw new IOException($"{path} has {file.Length} bytes; at most {maxBytes} are read");
            var content = new byte[file.Length];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length == content.Length ? content : content[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

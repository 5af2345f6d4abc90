namespace ModelServing.Oci.ObjectStorage;

/// <summary>
/// An object's bytes as they arrive. If the download breaks off or stalls, it is resumed from that position, a bounded number of times, and
/// only from the same object: its entity tag is part of the request.
/// </summary>
/// <param name="first">The response that starts at the object's first byte.</param>
/// <param name="length">The object's length in bytes.</param>
/// <param name="reopen">Opens the object at a position.</param>
/// <param name="limits">How long a read may take, and how often the download is resumed.</param>
/// <param name="time">The clock.</param>
internal sealed class ResumingStream(
    Stream first,
    long length,
    Func<long, CancellationToken, Task<Stream>> reopen,
    StorageLimits limits,
    TimeProvider time) : Stream
{
    private Stream current = first;
    private long position;
    private int resumes;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (position < length && buffer.Length > 0)
        {
            string reason;
            try
            {
                using var timeout = new CancellationTokenSource(limits.Attempt, time);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
                var read = await current.ReadAsync(buffer, linked.Token);
                position += read;
                if (read > 0)
                    return read;
                reason = "the response ended";
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                reason = e is OperationCanceledException ? $"no data for {limits.Attempt.TotalSeconds:0.#} s" : e.Message;
            }

            if (++resumes > limits.Resumes)
            {
                throw new IOException(
                    $"the download broke off {resumes} times, the last time after {position} of {length} bytes: {reason}");
            }

            await current.DisposeAsync();
            current = await reopen(position, cancellationToken);
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("this stream comes from the network and is read asynchronously only");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            current.Dispose();
        base.Dispose(disposing);
    }
}

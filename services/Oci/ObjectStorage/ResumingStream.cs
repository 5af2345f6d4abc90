using ModelServing.Contracts.Reliability;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>
/// An object's bytes as they arrive. What breaks off, or lets wait for itself too long, is asked for again from there on, a bounded number
/// of times, and only from the same object: its entity tag is part of the request.
/// </summary>
/// <param name="first">The bytes from the first one.</param>
/// <param name="length">How many there have to be.</param>
/// <param name="reopen">Opens the bytes from a position on.</param>
/// <param name="limits">How long a read may take, and how often is reopened.</param>
/// <param name="time">The clock.</param>
internal sealed class ResumingStream(Stream first, long length, Func<long, CancellationToken, Task<Stream>> reopen, StorageLimits limits, TimeProvider time) : Stream
{
    private Stream source = first;
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
            string why;
            try
            {
                using var limit = new TimeLimit(limits.Attempt, time, cancellationToken);
                var read = await source.ReadAsync(buffer, limit.Token);
                position += read;
                if (read > 0)
                    return read;
                why = "the answer ended";
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                why = e is OperationCanceledException ? $"nothing came for {limits.Attempt.TotalSeconds:0.#} s" : e.Message;
            }

            if (++resumes > limits.Resumes)
                throw new IOException($"it broke off {resumes} times, the last time after {position} of {length} bytes: {why}");
            await source.DisposeAsync();
            source = await reopen(position, cancellationToken);
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("what comes over a network is read asynchronously");

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
            source.Dispose();
        base.Dispose(disposing);
    }
}

using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>One connection to an endpoint, over which the HTTP client sends one request after another.</summary>
/// <remarks>
/// The HTTP client reads nothing before it has sent the whole body. An answer that arrives earlier (the version refuses the body) ends the
/// sending all the same: <see cref="Watch"/> tells the sender, the rest of the body is discarded here, and the answer gets the header
/// <c>Connection: close</c>, because a connection that has seen half a request cannot be used again.
/// </remarks>
internal sealed class UpstreamConnection : Stream
{
    private const int Fresh = 0;
    private const int Reading = 1;
    private const int HasRead = 2;

    // The beginning of an interim answer, with the first digit of its status.
    private const int InterimLength = 10;

    [ThreadStatic]
    private static UpstreamConnection? lastWritten;

    private readonly Socket socket;
    private readonly OpenConnections open;
    private int phase;
    private int isDisposed;
    private Action? answering;
    private CancellationTokenSource? stop;
    private bool marksEnd;
    private byte[]? rest;

    internal UpstreamConnection(Socket socket, OpenConnections open)
    {
        this.socket = socket;
        this.open = open;
        open.Add(this);
    }

    /// <summary>The connection to which this thread wrote last. After a flush of the HTTP client's stream, it is the connection of the
    /// request.</summary>
    internal static UpstreamConnection? LastWritten => lastWritten;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private static ReadOnlySpan<byte> EndHeader => "Connection: close\r\n"u8;

    /// <summary>Calls <paramref name="answered"/> once, as soon as an answer arrives or the connection ends. An interim answer
    /// does not count.</summary>
    internal void Watch(Action answered)
    {
        stop = new CancellationTokenSource();
        Interlocked.Exchange(ref answering, answered);
        switch (Volatile.Read(ref phase))
        {
            case Fresh:
                _ = PeekAsync();
                break;
            case HasRead:
                Answered();
                break;
            default:
                // The HTTP client reads already, because it has used the connection before.
                break;
        }
    }

    /// <summary>Ends the watch: the whole body is sent.</summary>
    internal void Unwatch()
    {
        Interlocked.Exchange(ref answering, null);
        stop = null;
    }

    /// <summary>Discards what is written from now on, and marks the answer as the connection's last.</summary>
    internal void StopSending()
    {
        marksEnd = true;
        stop?.Cancel();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (rest is { } kept && !buffer.IsEmpty)
        {
            var count = Math.Min(kept.Length, buffer.Length);
            kept.AsSpan(0, count).CopyTo(buffer.Span);
            rest = count < kept.Length ? kept[count..] : null;
            return new(count);
        }

        phase = Reading;
        var receiving = socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        if (!receiving.IsCompleted || marksEnd)
            return ObserveAsync(receiving, buffer);
        phase = HasRead;
        return receiving;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lastWritten = this;
        if (stop is { } watched)
            return WriteUntilStoppedAsync(buffer, watched.Token);
        var sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
            return WriteAllAsync(sending, buffer);
        var count = sending.Result;
        return count == buffer.Length ? ValueTask.CompletedTask : WriteAsync(buffer[count..], cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 1)
            return;
        socket.Dispose();
        open.Remove(this);
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ObserveAsync(ValueTask<int> receiving, Memory<byte> buffer)
    {
        var count = 0;
        try
        {
            count = await receiving;
        }
        finally
        {
            Interlocked.Exchange(ref phase, HasRead);
            if (Volatile.Read(ref answering) is not null && !IsInterim(buffer.Span[..count]))
                Answered();
        }

        return marksEnd && count > 0 ? await MarkEndAsync(buffer, count) : count;
    }

    // On a new connection, the HTTP client does not read yet.
    private async Task PeekAsync()
    {
        try
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            if (Volatile.Read(ref answering) is null || Volatile.Read(ref phase) != Fresh)
                return;
            var begun = new byte[InterimLength];
            if (IsInterim(begun.AsSpan(0, socket.Receive(begun, SocketFlags.Peek))))
                return;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        Answered();
    }

    private void Answered() => Interlocked.Exchange(ref answering, null)?.Invoke();

    private static bool IsInterim(ReadOnlySpan<byte> begun) =>
        begun.Length >= InterimLength && begun.StartsWith("HTTP/1."u8) && begun[InterimLength - 1] == '1';

    // Adds the header behind the first line.
    private async ValueTask<int> MarkEndAsync(Memory<byte> buffer, int count)
    {
        int line;
        while ((line = buffer.Span[..count].IndexOf((byte)'\n') + 1) == 0 && count < buffer.Length)
        {
            var more = await socket.ReceiveAsync(buffer[count..], SocketFlags.None);
            if (more == 0)
                return count;
            count += more;
        }

        marksEnd = false;
        if (line == 0)
            return count;
        byte[] marked = [.. buffer.Span[..line], .. EndHeader, .. buffer.Span[line..count]];
        count = Math.Min(marked.Length, buffer.Length);
        marked.AsSpan(0, count).CopyTo(buffer.Span);
        rest = count < marked.Length ? marked[count..] : null;
        return count;
    }

    private async ValueTask WriteAllAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer)
    {
        buffer = buffer[await sending..];
        if (!buffer.IsEmpty)
            await WriteAsync(buffer);
    }

    // The receiving side sees whether the version answered before it accepted no more of the body.
    private async ValueTask WriteUntilStoppedAsync(ReadOnlyMemory<byte> buffer, CancellationToken stopped)
    {
        try
        {
            while (!buffer.IsEmpty && !stopped.IsCancellationRequested)
                buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, stopped)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Answered();
        }
        catch (OperationCanceledException)
        {
        }
    }
}

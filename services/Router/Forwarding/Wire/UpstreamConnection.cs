using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>
/// One kept-alive HTTP/1.1 connection to an endpoint, used by one request at a time. It keeps its two buffers.
/// </summary>
/// <remarks>
/// Three sides write <see cref="state"/>: the request (begin, extend, end), the deadline sweep, and the client's leaving. The first of the
/// latter two closes the socket, so that a waiting receive ends at once; a request that ends in time takes the state away from both.
/// Neither of them touches the buffers: these go back to the pool when the request, which has awaited every send and receive, disposes of
/// the connection.
/// </remarks>
internal sealed class UpstreamConnection : IDisposable
{
    /// <summary>A deadline that never passes.</summary>
    internal const long NoDeadline = long.MaxValue;

    private const long Idle = 0;
    private const long Expired = -1;
    private const long Abandoned = -2;
    private const int InitialBuffer = 8 * 1024;
    private const int KeptBuffer = 64 * 1024;

    private readonly OpenConnections open;
    private readonly Socket socket;
    private long state;
    private byte[] input = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private byte[] output = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int start;
    private int end;
    private int disposed;
    private bool isReused;
    private bool anyReceived;
    private CancellationTokenRegistration leaving;
    private ValueTask<int> early;
    private bool isReceiving;
    private IConnectionLifetimeFeature? reader;

    internal UpstreamConnection(AddressFamily family, OpenConnections open)
    {
        this.open = open;
        socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        open.Add(this);
    }

    /// <summary>When the connection was put back, as the clock's timestamp.</summary>
    internal long IdleSince { get; set; }

    /// <summary>When the request's last byte was available to send, as the clock's timestamp; for a streamed body, when it was
    /// sent.</summary>
    internal long RequestEnd { get; set; }

    /// <summary>How long the request has waited for its client to read the answer, in the clock's ticks.</summary>
    internal long ClientTime { get; set; }

    /// <summary>The bytes that were received and not consumed yet.</summary>
    internal ReadOnlySpan<byte> Received => input.AsSpan(start, end - start);

    /// <summary>The buffer in which the request is written before it is sent; may be replaced by a larger one.</summary>
    internal ref byte[] Output => ref output;

    /// <summary>When the request must end, as the clock's timestamp.</summary>
    internal long Deadline => Volatile.Read(ref state);

    internal bool HasExpired => Volatile.Read(ref state) == Expired;

    internal bool WasAbandoned => Volatile.Read(ref state) == Abandoned;

    /// <summary>Whether the endpoint may have closed the connection before it saw this request: it was idle before, and no byte of an
    /// answer arrived.</summary>
    internal bool WasStale => isReused && !anyReceived;

    /// <summary>Begins a request that must end by <paramref name="deadline"/> (the clock's timestamp), or when its client leaves.</summary>
    internal void Begin(long deadline, CancellationToken clientLeft)
    {
        anyReceived = false;
        ClientTime = 0;
        Volatile.Write(ref state, deadline);
        leaving = clientLeft.UnsafeRegister(static connection => ((UpstreamConnection)connection!).Abandon(), this);
    }

    /// <summary>Moves the deadline of a request that was not cut off.</summary>
    internal void Extend(long deadline)
    {
        var now = Volatile.Read(ref state);
        if (now > Idle)
            Interlocked.CompareExchange(ref state, deadline, now);
    }

    /// <summary>The request waits for its client, which must have read by <paramref name="until"/>. Otherwise the client is cut off, and
    /// the request ends as if it had left.</summary>
    internal void AwaitClient(long until, IConnectionLifetimeFeature? client)
    {
        // In this order, so that a client that is late is never taken for a version that is.
        Volatile.Write(ref reader, client);
        Extend(until);
    }

    /// <summary>The request waits for the version again.</summary>
    internal void AwaitVersion(long deadline)
    {
        // In this order: between the two, the version has the new deadline.
        Extend(deadline);
        Volatile.Write(ref reader, null);
    }

    /// <summary>Ends the request; false if its deadline passed or its client left before.</summary>
    internal bool End()
    {
        // Waits for a running callback, which could otherwise cut off the connection's next request.
        leaving.Dispose();
        leaving = default;
        reader = null;
        isReused = true;
        return Interlocked.Exchange(ref state, Idle) > Idle;
    }

    /// <summary>Closes the connection if the request's deadline has passed.</summary>
    internal void ExpireIfPast(long now)
    {
        var deadline = Volatile.Read(ref state);
        if (deadline <= Idle || now < deadline)
            return;
        var late = Volatile.Read(ref reader);
        if (Interlocked.CompareExchange(ref state, late is null ? Expired : Abandoned, deadline) != deadline)
            return;
        Close();
        late?.Abort();
    }

    /// <summary>Closes the connection because the client of this request left.</summary>
    internal void Abandon()
    {
        var deadline = Volatile.Read(ref state);
        if (deadline > Idle && Interlocked.CompareExchange(ref state, Abandoned, deadline) == deadline)
            Close();
    }

    internal ValueTask ConnectAsync(EndPoint address) => socket.ConnectAsync(address, CancellationToken.None);

    /// <summary>
    /// Begins to receive the next answer on an idle connection. If the receive ends at once, the other side has closed the connection or
    /// sent unexpected bytes: then it cannot be used, and the result is false. Otherwise the receive is needed anyway, so the check is
    /// free.
    /// </summary>
    internal bool TryReuse()
    {
#pragma warning disable CA2012 // Awaited exactly once: by the caller of ReceiveAsync, or by ReturnInputAsync.
        early = ReceiveAsync();
#pragma warning restore CA2012
        isReceiving = true;
        return !early.IsCompleted;
    }

    internal ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sending = socket.SendAsync(bytes, SocketFlags.None);
        if (!sending.IsCompletedSuccessfully)
            return SendAllAsync(sending, bytes);
        var count = sending.Result;
        return count == bytes.Length ? ValueTask.CompletedTask : SendAsync(bytes[count..]);
    }

    /// <summary>Receives more bytes; the caller must pass the count to <see cref="Take"/>.</summary>
    internal ValueTask<int> ReceiveAsync()
    {
        if (isReceiving)
        {
            isReceiving = false;
            return early;
        }

        if (end == input.Length)
            MakeRoom(1);
        return socket.ReceiveAsync(input.AsMemory(end), SocketFlags.None);
    }

    /// <summary>Adds received bytes to <see cref="Received"/>.</summary>
    /// <exception cref="ConnectionEndedException">The count is 0: the connection has ended.</exception>
    internal void Take(int count)
    {
        if (count == 0)
            throw new ConnectionEndedException();
        anyReceived = true;
        end += count;
    }

    /// <summary>Receives directly into <paramref name="target"/>; 0 at the connection's end. <see cref="Received"/> must be
    /// empty.</summary>
    internal ValueTask<int> ReceiveAsync(Memory<byte> target) => socket.ReceiveAsync(target, SocketFlags.None);

    /// <summary>Makes room for <paramref name="length"/> bytes, counted from the first unconsumed one.</summary>
    internal void Reserve(int length)
    {
        if (input.Length - start < length)
            MakeRoom(length - (end - start));
    }

    internal void Consume(int count) => start += count;

    /// <summary>Discards the last answer, and returns buffers that grew for a large one.</summary>
    internal void Reset()
    {
        start = end = 0;
        Shrink(ref input);
        Shrink(ref output);
    }

    public void Dispose()
    {
        Close();
        if (Interlocked.Exchange(ref disposed, 1) == 1)
            return;
        open.Remove(this);
        ArrayPool<byte>.Shared.Return(output);
        if (isReceiving)
            _ = ReturnInputAsync();
        else
            ArrayPool<byte>.Shared.Return(input);
    }

    // No request awaited the early receive, and it writes into the buffer until it has ended.
    private async Task ReturnInputAsync()
    {
        try
        {
            await early;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        ArrayPool<byte>.Shared.Return(input);
    }

    /// <summary>Closes the socket, which ends every waiting send and receive. The buffers stay until the request disposes of the
    /// connection.</summary>
    internal void Close() => socket.Dispose();

    private async ValueTask SendAllAsync(ValueTask<int> sending, ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[await sending..];
        if (!bytes.IsEmpty)
            await SendAsync(bytes);
    }

    private void MakeRoom(int count)
    {
        var length = end - start;
        if (input.Length - length >= count && start > 0)
        {
            input.AsSpan(start, length).CopyTo(input);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(input.Length * 2, length + count));
            input.AsSpan(start, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(input);
            input = larger;
        }

        (start, end) = (0, length);
    }

    private static void Shrink(ref byte[] buffer)
    {
        if (buffer.Length <= KeptBuffer)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    }
}

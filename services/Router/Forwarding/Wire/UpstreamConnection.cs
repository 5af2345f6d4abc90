using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>
/// One kept-alive HTTP/1.1 connection to an endpoint, used by one request at a time. Its two buffers stay with it.
/// </summary>
/// <remarks>
/// <see cref="state"/> is written by three sides: the request (begin, extend, end), the deadline's sweep and the client's leaving.
/// Whoever of the latter two comes first closes the socket, so that a receive that waits ends at once; a request that ended in
/// time takes the state away from both. Neither of them touches the buffers: they go back to the pool when the request, which has
/// waited for every send and receive, disposes of the connection.
/// </remarks>
internal sealed class UpstreamConnection : IDisposable
{
    /// <summary>A deadline that never comes.</summary>
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

    internal UpstreamConnection(AddressFamily family, OpenConnections open)
    {
        this.open = open;
        socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        open.Add(this);
    }

    /// <summary>When it was put back, as the clock's timestamp.</summary>
    internal long IdleSince { get; set; }

    /// <summary>When the request's last byte was there to be sent, as the clock's timestamp; for a body that is passed on, once it has been.</summary>
    internal long RequestEnd { get; set; }

    /// <summary>What was received and not yet consumed.</summary>
    internal ReadOnlySpan<byte> Received => input.AsSpan(start, end - start);

    /// <summary>Where the request is written before it is sent; may be replaced by a larger one.</summary>
    internal ref byte[] Output => ref output;

    internal bool HasExpired => Volatile.Read(ref state) == Expired;

    internal bool WasAbandoned => Volatile.Read(ref state) == Abandoned;

    /// <summary>Whether the endpoint may have closed it before it saw this request: it was idle before, and no byte of an answer came.</summary>
    internal bool WasStale => isReused && !anyReceived;

    /// <summary>Begins a request that has to end by <paramref name="deadline"/> (the clock's timestamp), or when its client leaves.</summary>
    internal void Begin(long deadline, CancellationToken clientLeft)
    {
        anyReceived = false;
        Volatile.Write(ref state, deadline);
        leaving = clientLeft.UnsafeRegister(static connection => ((UpstreamConnection)connection!).Abandon(), this);
    }

    /// <summary>Moves the deadline of a request that has not been cut.</summary>
    internal void Extend(long deadline)
    {
        var now = Volatile.Read(ref state);
        if (now > Idle)
            Interlocked.CompareExchange(ref state, deadline, now);
    }

    /// <summary>Ends the request; false when its deadline or its client's leaving came first.</summary>
    internal bool End()
    {
        // Waits for a callback that is running, so that it can't cut the connection's next request.
        leaving.Dispose();
        leaving = default;
        isReused = true;
        return Interlocked.Exchange(ref state, Idle) > Idle;
    }

    /// <summary>Cuts the connection when the request's deadline is past.</summary>
    internal void ExpireIfPast(long now)
    {
        var deadline = Volatile.Read(ref state);
        if (deadline > Idle && now >= deadline && Interlocked.CompareExchange(ref state, Expired, deadline) == deadline)
            Close();
    }

    /// <summary>Cuts the connection because the client of this request left.</summary>
    internal void Abandon()
    {
        var deadline = Volatile.Read(ref state);
        if (deadline > Idle && Interlocked.CompareExchange(ref state, Abandoned, deadline) == deadline)
            Close();
    }

    internal ValueTask ConnectAsync(EndPoint address) => socket.ConnectAsync(address, CancellationToken.None);

    /// <summary>
    /// Begins to receive the next answer on an idle connection. What ends at once shows that the other side has closed it, or sent
    /// what nobody asked for: false, it can't be used. Otherwise the receive has to be made anyway, so the look costs nothing.
    /// </summary>
    internal bool TryReuse()
    {
#pragma warning disable CA2012 // Waited for exactly once: by whoever takes it from ReceiveAsync, or by ReturnInputAsync.
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

    /// <summary>Receives more; the count has to be handed to <see cref="Take"/>.</summary>
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

    /// <summary>Adds what came to <see cref="Received"/>.</summary>
    /// <exception cref="ConnectionEndedException">Nothing came: the connection has ended.</exception>
    internal void Take(int count)
    {
        if (count == 0)
            throw new ConnectionEndedException();
        anyReceived = true;
        end += count;
    }

    /// <summary>Receives straight into <paramref name="target"/>; 0 at the connection's end. Nothing may be left in <see cref="Received"/>.</summary>
    internal ValueTask<int> ReceiveAsync(Memory<byte> target) => socket.ReceiveAsync(target, SocketFlags.None);

    /// <summary>Sees to it that <paramref name="length"/> bytes fit from the first unconsumed one on.</summary>
    internal void Reserve(int length)
    {
        if (input.Length - start < length)
            MakeRoom(length - (end - start));
    }

    internal void Consume(int count) => start += count;

    /// <summary>Forgets the last answer, and gives back what a large one made the buffers grow to.</summary>
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

    // The early receive, which nobody came to wait for, writes into the buffer until it has ended.
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

    /// <summary>Closes the socket, which ends every send and receive that waits. The buffers are the request's until it disposes.</summary>
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

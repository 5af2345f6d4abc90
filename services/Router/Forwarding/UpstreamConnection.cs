using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Router.Forwarding;

/// <summary>
/// One kept-alive HTTP/1.1 connection to an endpoint, used by one request at a time. Its two buffers stay with it.
/// </summary>
/// <remarks>
/// <see cref="state"/> is written by three sides: the request (begin, end), the deadline's sweep and the client's leaving. Whoever
/// of the latter two comes first closes the socket, so that a receive that waits ends at once; a request that ended in
/// time takes the state away from both.
/// </remarks>
internal sealed class UpstreamConnection : IDisposable
{
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

    internal UpstreamConnection(AddressFamily family, OpenConnections open)
    {
        this.open = open;
        socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        open.Add(this);
    }

    /// <summary>When it was put back, as the clock's timestamp.</summary>
    internal long IdleSince { get; set; }

    /// <summary>What was received and not yet consumed.</summary>
    internal ReadOnlySpan<byte> Received => input.AsSpan(start, end - start);

    internal ReadOnlyMemory<byte> ReceivedMemory => input.AsMemory(start, end - start);

    /// <summary>Where the request is written before it is sent; may be replaced by a larger one.</summary>
    internal ref byte[] Output => ref output;

    internal bool HasExpired => Volatile.Read(ref state) == Expired;

    internal bool WasAbandoned => Volatile.Read(ref state) == Abandoned;

    /// <summary>Begins a request that has to end by <paramref name="deadline"/> (the clock's timestamp).</summary>
    internal void Begin(long deadline) => Volatile.Write(ref state, deadline);

    /// <summary>Ends the request; false when its deadline or its client's leaving came first.</summary>
    internal bool End() => Interlocked.Exchange(ref state, Idle) > Idle;

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

    /// <summary>False when the other side has closed the idle connection, or sent what nobody asked for.</summary>
    internal bool IsUsable => !socket.Poll(0, SelectMode.SelectRead);

    internal async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
    }

    /// <summary>Receives more behind <see cref="Received"/>; false at the connection's end.</summary>
    internal async ValueTask<bool> ReceiveAsync()
    {
        if (end == input.Length)
            MakeRoom(1);
        var count = await socket.ReceiveAsync(input.AsMemory(end), SocketFlags.None);
        end += count;
        return count > 0;
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
        ArrayPool<byte>.Shared.Return(input);
        ArrayPool<byte>.Shared.Return(output);
    }

    // The buffers are the request's: only its own Dispose gives them back.
    private void Close() => socket.Dispose();

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

using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>A connection of the load, which has one request at a time. Nothing here waits, and as little of an answer is looked at as is
/// needed.</summary>
/// <param name="address">The service's address.</param>
/// <param name="key">The connection's key in the poll.</param>
internal sealed class OverloadConnection(IPEndPoint address, int key) : IDisposable
{
    private readonly byte[] buffer = new byte[8 * 1024];
    private Socket? socket;
    private long sentAt;
    private int count;
    private int rest;

    internal int Key => key;

    /// <summary>The request whose answer is not complete; null for none.</summary>
    internal OverloadRequest? Request { get; private set; }

    public void Dispose() => socket?.Dispose();

    /// <summary>Connects, unless it is connected.</summary>
    internal void Open(ReadablePoll poll)
    {
        if (socket is not null)
            return;
        socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        socket.Blocking = false;
        poll.Watch(socket, key);
    }

    /// <summary>Sends a request.</summary>
    /// <returns>Whether an answer is to be read.</returns>
    internal bool Send(OverloadRequest request, ReadablePoll poll, OverloadTally tally)
    {
        tally.Sent++;
        try
        {
            Open(poll);
            sentAt = Stopwatch.GetTimestamp();
            if (socket!.Send(request.Bytes) < request.Bytes.Length)
                throw new IOException("there was no room to send it");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Close();
            tally.AddFault(request, e.Message);
            return false;
        }

        if (!request.Leaves)
        {
            (Request, count, rest) = (request, 0, 0);
            return true;
        }

        socket.LingerState = new LingerOption(true, 0);
        Close();
        tally.Left++;
        return false;
    }

    /// <summary>Reads what has arrived, and counts the answer if that is all of it.</summary>
    /// <returns>Whether the connection is free again.</returns>
    internal bool TryRead(OverloadTally? tally)
    {
        if (socket is null)
            return false;
        var isBody = rest > 0;
        var received = socket.Receive(isBody ? buffer : buffer.AsSpan(count), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return false;
        if (received <= 0)
        {
            // The service may close a connection that is idle.
            Close();
            if (Request is { } lost)
                tally!.AddFault(lost, "the connection ended before the answer");
            return End();
        }

        if (isBody)
            return (rest -= received) == 0 && Answered(tally!);
        count += received;
        var head = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        rest = head + 4 + LengthIn(buffer.AsSpan(0, head)) - count;
        count = head;
        return rest == 0 && Answered(tally!);
    }

    private bool Answered(OverloadTally tally)
    {
        var head = buffer.AsSpan(0, count);
        tally.AddAnswer(
            Request!,
            Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _) ? status : 0,
            head.IndexOf("\r\nRetry-After: "u8) >= 0,
            Stopwatch.GetElapsedTime(sentAt));
        if (head.IndexOf("\r\nConnection: close"u8) >= 0)
            Close();
        return End();
    }

    private bool End()
    {
        var wasBusy = Request is not null;
        Request = null;
        return wasBusy;
    }

    private static int LengthIn(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) ? length : 0;
    }

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>
/// One side of an HTTP/1.1 connection, byte by byte: it can send everything that a well-behaved program would not, and it tolerates no
/// error when it reads. A read that takes longer than <see cref="Patience"/> counts as a hang and fails.
/// </summary>
public sealed class RawConnection(Socket socket) : IDisposable
{
    /// <summary>The environment variable that may give another patience, in seconds. Where most tests wait in vain, they need not wait for
    /// a minute.</summary>
    public const string PatienceVariable = "MODELSERVING_TEST_PATIENCE";

    private readonly byte[] received = new byte[64 * 1024];
    private int start;
    private int end;

    /// <summary>How long a read waits: long enough for a busy machine. No test measures it.</summary>
    public static TimeSpan Patience { get; } =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable(PatienceVariable), out var seconds) ? seconds : 60);

    public static async Task<RawConnection> ConnectAsync(EndPoint address, int? receiveBuffer = null)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
            socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(address);
        return new RawConnection(socket);
    }

    /// <summary>Sends text, one byte per character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, timeout.Token)..];
    }

    /// <summary>Reads a request or a response. Returns null if the connection ended before the first byte. A client that waits for the
    /// permission to send its body gets it.</summary>
    /// <param name="toHead">Whether it is the response to a HEAD request, which has no body whatever its headers say.</param>
    /// <exception cref="EndOfStreamException">The connection ended in the middle of the message.</exception>
    public async Task<RawMessage?> ReadMessageAsync(bool toHead = false)
    {
        if (await ReadHeadAsync() is not { } message)
            return null;
        var isResponse = message.StartLine.StartsWith("HTTP/", StringComparison.Ordinal);
        if (toHead || (isResponse && message.Status is < 200 or 204 or 304))
            return message;
        if (!isResponse && message["Expect"] is not null)
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        if (message.All("Transfer-Encoding") is ["chunked"])
            return message with { Body = await ReadChunksAsync() };
        if (message["Content-Length"] is { } length)
            return message with { Body = await ReadExactlyAsync(int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture)) };
        return isResponse ? message with { Body = await ReadToEndAsync() } : message;
    }

    /// <summary>Reads the start line and the headers, and leaves the body. Returns null if the connection ended before the first
    /// byte.</summary>
    public async Task<RawMessage?> ReadHeadAsync()
    {
        if (await ReadLineAsync(endIsNull: true) is not { } startLine)
            return null;
        var headers = new List<(string, string)>();
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(
                colon > 0 ? (line[..colon], line[(colon + 1)..].Trim()) : throw new InvalidDataException($"'{line}' is not a header"));
        }

        return new RawMessage(startLine, headers, []);
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count;)
        {
            bytes[i] = await ReadByteAsync() is >= 0 and var b
                ? (byte)b
                : throw new EndOfStreamException($"the connection ended after {i} of {count} bytes");
            i++;
            // The rest of what has already arrived.
            var more = Math.Min(end - start, count - i);
            received.AsSpan(start, more).CopyTo(bytes.AsSpan(i));
            start += more;
            i += more;
        }

        return bytes;
    }

    /// <summary>Reads until the other side closes the connection. A reset counts as the end.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var bytes = new List<byte>();
        try
        {
            while (await ReadByteAsync() is >= 0 and var b)
                bytes.Add((byte)b);
        }
        catch (SocketException)
        {
        }

        return [.. bytes];
    }

    /// <summary>Ends the sending direction, as a FIN does.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes the connection with a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new List<byte>();
        while (true)
        {
            var size = int.Parse((await ReadLineAsync())!.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            body.AddRange(await ReadExactlyAsync(size));
            if (await ReadLineAsync() is { Length: > 0 } line)
                throw new InvalidDataException($"a chunk ends with '{line}'");
            if (size == 0)
                return [.. body];
        }
    }

    private async Task<string?> ReadLineAsync(bool endIsNull = false)
    {
        var line = new StringBuilder();
        while (true)
        {
            switch (await ReadByteAsync())
            {
                case '\r' when await ReadByteAsync() is var next:
                    return next == '\n' ? line.ToString() : throw new InvalidDataException($"a bare CR follows '{line}'");
                case < 0 when endIsNull && line.Length == 0:
                    return null;
                case < 0:
                    throw new EndOfStreamException($"the connection ended in a line, after '{line}'");
                case var b:
                    line.Append((char)b);
                    break;
            }
        }
    }

    private async ValueTask<int> ReadByteAsync()
    {
        if (start == end)
        {
            using var timeout = new CancellationTokenSource(Patience);
            try
            {
                (start, end) = (0, await socket.ReceiveAsync(received, SocketFlags.None, timeout.Token));
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"nothing arrived within {Patience.TotalSeconds:0} s: the other side hangs", e);
            }
        }

        return end == 0 ? -1 : received[start++];
    }
}

using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>A connection of the load: it sends a request, and reads as little of the answer as is needed.</summary>
internal sealed class OverloadConnection(IPEndPoint address) : IDisposable
{
    // No answer takes longer, so the service hangs.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly byte[] buffer = new byte[16 * 1024];
    private Socket? socket;

    public void Dispose() => socket?.Dispose();

    /// <summary>Sends a request, and counts how it ends.</summary>
    internal async Task SendAsync(OverloadRequest request, OverloadTally tally)
    {
        tally.AddSent();
        try
        {
            if (socket is null)
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(address);
            }

            var began = Stopwatch.GetTimestamp();
            await socket.SendAsync(request.Bytes);
            if (request.Leaves)
            {
                socket.LingerState = new LingerOption(true, 0);
                Close();
                tally.AddLeft();
                return;
            }

            using var hang = new CancellationTokenSource(HangLimit);
            var (status, saysWhen, closes) = await ReadAsync(hang.Token);
            tally.AddAnswer(request, status, saysWhen, Stopwatch.GetElapsedTime(began));
            if (closes)
                Close();
        }
        catch (Exception e)
        {
            Close();
            tally.AddFailure(request, e is OperationCanceledException ? "no answer" : e.Message);
        }
    }

    private async ValueTask<(int Status, bool SaysWhen, bool Closes)> ReadAsync(CancellationToken cancellation)
    {
        var count = 0;
        int head;
        while ((head = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8)) < 0)
            count += await ReceiveAsync(buffer.AsMemory(count), cancellation);
        var rest = head + 4 + LengthIn(buffer.AsSpan(0, head)) - count;
        var status = StatusIn(buffer.AsSpan(0, head));
        var saysWhen = buffer.AsSpan(0, head).IndexOf("\r\nRetry-After: "u8) >= 0;
        var closes = buffer.AsSpan(0, head).IndexOf("\r\nConnection: close"u8) >= 0;
        while (rest > 0)
            rest -= await ReceiveAsync(buffer.AsMemory(0, Math.Min(rest, buffer.Length)), cancellation);
        return (status, saysWhen, closes);
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken cancellation)
    {
        var count = into.IsEmpty ? 0 : await socket!.ReceiveAsync(into, cancellation);
        return count > 0 ? count : throw new IOException("the connection ended before the answer");
    }

    private static int StatusIn(ReadOnlySpan<byte> head) =>
        Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _) ? status : 0;

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

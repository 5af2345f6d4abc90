using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.Bench.Features;

/// <summary>GETs over a plain socket: all of a batch are sent at once, and their answers are read and not looked at. Nothing that uses the
/// same server can be faster.</summary>
internal sealed class RawGets : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[1024 * 1024];

    internal RawGets(int port) => socket.Connect(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>The bytes of a batch.</summary>
    internal static byte[] RequestOf(IEnumerable<string> keys) => Encoding.ASCII.GetBytes(string.Concat(
        keys.Select(static key => $"*2\r\n$3\r\nGET\r\n${Encoding.ASCII.GetByteCount(key)}\r\n{key}\r\n")));

    /// <summary>The number of bytes of a value's answer.</summary>
    internal static int AnswerLength(int valueBytes) => $"${valueBytes}\r\n".Length + valueBytes + 2;

    /// <summary>Sends a batch and reads its answers.</summary>
    /// <param name="request">The batch.</param>
    /// <param name="answerBytes">The bytes of all answers.</param>
    internal void Run(ReadOnlySpan<byte> request, int answerBytes)
    {
        socket.Send(request);
        for (var left = answerBytes; left > 0;)
        {
            var read = socket.Receive(buffer);
            if (read == 0)
                throw new BenchException("redis-server closed the connection");
            left -= read;
        }
    }

    public void Dispose() => socket.Dispose();
}

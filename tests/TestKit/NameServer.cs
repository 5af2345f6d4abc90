using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>A name server on UDP (RFC 1035) that answers A and AAAA questions as a test defines. Names have no trailing dot. A name that
/// the test did not define does not exist.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const ushort Internet = 1;
    private const ushort A = 1;
    private const ushort Aaaa = 28;

    // An answer without extensions has 512 bytes. More addresses would require TCP.
    private const int MaxAddresses = 16;

    private readonly Socket socket;
    private readonly ConcurrentDictionary<string, IPAddress[]?> answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<string> asked = new();
    private readonly Task serving;

    public NameServer(IPEndPoint address)
    {
        socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(address);
        serving = ServeAsync();
    }

    private enum Code
    {
        Ok = 0,
        ServerFailure = 2,
        NoSuchName = 3,
    }

    /// <summary>The names of all questions so far, in order.</summary>
    public IReadOnlyCollection<string> Asked => asked;

    /// <summary>Defines the addresses of a name.</summary>
    public void Has(string name, params string[] addresses)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(addresses.Length, MaxAddresses);
        answers[name] = [.. addresses.Select(IPAddress.Parse)];
    }

    /// <summary>Removes a name.</summary>
    public void HasNot(string name) => answers.TryRemove(name, out _);

    /// <summary>Answers questions for the name with a server failure.</summary>
    public void Fails(string name) => answers[name] = null;

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var question = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(Answer(buffer.AsSpan(0, question.ReceivedBytes)), question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server was disposed.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> question)
    {
        var name = new StringBuilder();
        var position = HeaderBytes;
        for (int length; (length = question[position]) > 0; position += 1 + length)
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(question.Slice(position + 1, length)));
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[(position + 1)..]);
        var end = position + 1 + 4;
        asked.Enqueue(name.ToString());

        var exists = answers.TryGetValue(name.ToString(), out var addresses);
        var code = !exists ? Code.NoSuchName : addresses is null ? Code.ServerFailure : Code.Ok;
        List<byte[]> records =
        [
            .. (addresses ?? [])
                .Where(address => type == (address.AddressFamily == AddressFamily.InterNetwork ? A : Aaaa))
                .Select(static address => address.GetAddressBytes()),
        ];

        using var answer = new MemoryStream();
        answer.Write(question[..2]);
        // The answer is authoritative. It repeats whether recursion was desired, and says that recursion is available.
        answer.WriteByte((byte)(0x84 | (question[2] & 0x01)));
        answer.WriteByte((byte)(0x80 | (int)code));
        Write(answer, 1, (ushort)records.Count, 0, 0);
        answer.Write(question[HeaderBytes..end]);
        foreach (var record in records)
        {
            // A pointer to the name in the question, 12 bytes from the start, and 5 s to live.
            Write(answer, 0xC000 | HeaderBytes, type, Internet, 0, 5, (ushort)record.Length);
            answer.Write(record);
        }

        return answer.ToArray();
    }

    private static void Write(MemoryStream stream, params ReadOnlySpan<ushort> values)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
            stream.Write(bytes);
        }
    }
}

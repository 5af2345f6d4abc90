using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>A name server on UDP (RFC 1035): A and AAAA questions, answered as a test says. Names have no dot at their end; one that nothing
/// was said about does not exist.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const ushort Internet = 1;
    private const ushort A = 1;
    private const ushort Aaaa = 28;

    // What fits into the 512 bytes of an answer without extensions; more would want TCP.
    private const int MostAddresses = 16;

    private readonly Socket socket;
    private readonly ConcurrentDictionary<string, IPAddress[]?> answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<string> asked = new();
    private readonly Task serving;

    /// <summary>Starts it at <paramref name="address"/>.</summary>
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

    /// <summary>The names that were asked for, in order, one for each question.</summary>
    public IReadOnlyCollection<string> Asked => asked;

    /// <summary>The name exists and has these addresses.</summary>
    public void Has(string name, params string[] addresses)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(addresses.Length, MostAddresses);
        answers[name] = [.. addresses.Select(IPAddress.Parse)];
    }

    /// <summary>The name does not exist.</summary>
    public void HasNot(string name) => answers.TryRemove(name, out _);

    /// <summary>Questions for the name are answered with the server's failure.</summary>
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
            // It was stopped.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> question)
    {
        var name = new StringBuilder();
        var at = HeaderBytes;
        for (int length; (length = question[at]) > 0; at += 1 + length)
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(question.Slice(at + 1, length)));
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[(at + 1)..]);
        var end = at + 1 + 4;
        asked.Enqueue(name.ToString());

        var exists = answers.TryGetValue(name.ToString(), out var addresses);
        var code = !exists ? Code.NoSuchName : addresses is null ? Code.ServerFailure : Code.Ok;
        List<byte[]> records = [.. (addresses ?? []).Where(address => type == (address.AddressFamily == AddressFamily.InterNetwork ? A : Aaaa)).Select(static address => address.GetAddressBytes())];

        using var answer = new MemoryStream();
        answer.Write(question[..2]);
        // An authoritative answer; recursion as it was desired, and available.
        answer.WriteByte((byte)(0x84 | (question[2] & 0x01)));
        answer.WriteByte((byte)(0x80 | (int)code));
        Write(answer, 1, (ushort)records.Count, 0, 0);
        answer.Write(question[HeaderBytes..end]);
        foreach (var record in records)
        {
            // The name is the question's, 12 bytes from the start; 5 s to live.
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

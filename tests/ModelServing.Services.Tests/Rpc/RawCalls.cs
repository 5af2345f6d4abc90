using System.Buffers.Binary;
using System.Net;
using System.Text;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A connection of HTTP/2, frame by frame: it can send what no gRPC client would.</summary>
internal sealed class RawCalls : IDisposable
{
    internal const byte Data = 0;
    internal const byte Headers = 1;
    internal const byte Reset = 3;
    internal const byte Settings = 4;
    internal const byte GoAway = 7;
    internal const byte WindowUpdate = 8;
    internal const byte Continuation = 9;
    internal const byte EndStream = 1;
    internal const byte EndHeaders = 4;

    /// <summary>For frames of whichever stream comes first.</summary>
    internal const int AnyStream = -1;

    private const int FrameHead = 9;

    private readonly RawConnection connection;

    private RawCalls(RawConnection connection) => this.connection = connection;

    /// <summary>Connects, with a window of <paramref name="window"/> bytes for each answer.</summary>
    internal static async Task<RawCalls> ConnectAsync(IPEndPoint address, int window = 65_535)
    {
        var calls = new RawCalls(await RawConnection.ConnectAsync(address));
        await calls.connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        // No table of header fields, so that every answer has its fields as they are; and the window.
        byte[] settings = [0, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(8), window);
        await calls.SendAsync(Settings, 0, 0, settings);
        await calls.SendAsync(Settings, 1, 0, []);
        return calls;
    }

    internal Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHead + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(FrameHead));
        return connection.SendAsync(frame);
    }

    /// <summary>Begins a call of ModelInfer.</summary>
    internal Task BeginAsync(int stream, params (string Name, string Value)[] metadata) => SendAsync(
        Headers, EndHeaders, stream, Fields([.. Head, .. metadata]));

    /// <summary>Sends a message, or the part of it that is given.</summary>
    internal Task SendMessageAsync(int stream, byte[] message, bool isEnd = true, int? length = null)
    {
        var framed = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), length ?? message.Length);
        message.CopyTo(framed.AsSpan(5));
        return SendAsync(Data, isEnd ? EndStream : (byte)0, stream, framed);
    }

    /// <summary>Reads until a frame of a stream that is of the type; null if the connection ended.</summary>
    internal async Task<(byte Flags, byte[] Payload)?> ReadAsync(byte type, int stream)
    {
        try
        {
            while (true)
            {
                var head = await connection.ReadExactlyAsync(FrameHead);
                var payload = await connection.ReadExactlyAsync((head[0] << 16) | (head[1] << 8) | head[2]);
                if (head[3] == type && (stream == AnyStream || BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) == stream))
                    return (head[4], payload);
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    /// <summary>Reads the answer of a call that fails. Its fields are not compressed, because the server is not allowed a table.</summary>
    internal async Task AssertFailsAsync(int status, string why, int stream = 1)
    {
        var (_, fields) = (await ReadAsync(Headers, stream))!.Value;
        var text = Encoding.ASCII.GetString(fields);
        Assert.Contains(why, text, StringComparison.Ordinal);
        Assert.Contains($"grpc-status\u0001{status}", text, StringComparison.Ordinal);
    }

    internal Task<byte[]> ReadToEndAsync() => connection.ReadToEndAsync();

    /// <summary>Fields in the form of HPACK without a table.</summary>
    internal static byte[] Fields(params (string Name, string Value)[] fields)
    {
        var bytes = new List<byte>();
        foreach (var (name, value) in fields)
        {
            bytes.Add(0);
            Add(name);
            Add(value);
        }

        return [.. bytes];

        void Add(string text)
        {
            const int Most = 127;
            var left = text.Length - Most;
            bytes.Add((byte)Math.Min(text.Length, Most));
            for (; left >= 128; left >>= 7)
                bytes.Add((byte)(0x80 | (left & 0x7F)));
            if (text.Length >= Most)
                bytes.Add((byte)left);
            bytes.AddRange(Encoding.ASCII.GetBytes(text));
        }
    }

    internal static (string Name, string Value)[] Head { get; } =
    [
        (":method", "POST"), (":scheme", "http"), (":path", "/inference.GRPCInferenceService/ModelInfer"), (":authority", "router"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ];

    public void Dispose() => connection.Dispose();
}

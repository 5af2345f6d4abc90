using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>The attacks that once filled or killed a pod of 1 GiB.</summary>
internal static class MemoryAttacks
{
    private const int Mebibyte = 1024 * 1024;

    // Just below what the gateway passes on.
    private const int Large = 19 * Mebibyte;

    private static readonly Lazy<byte[]> TooLargeText = new(static () => SoakModel.Text.Costly(63 * Mebibyte));
    private static readonly Lazy<byte[]> LargeText = new(static () => SoakModel.Text.Costly(Large));
    private static readonly Lazy<byte[]> MediumText = new(static () => SoakModel.Text.Costly(10 * Mebibyte));
    private static readonly Lazy<byte[]> MediumShape = new(static () => SoakModel.Expand.Costly(3 * Mebibyte));
    private static readonly Lazy<byte[]> LargeShape = new(static () => SoakModel.Expand.Costly(Large));
    private static readonly Lazy<byte[]> LargeThird = new(static () => SoakModel.Third.Costly(Large));
    private static readonly Lazy<byte[]> MediumThird = new(static () => SoakModel.Third.Costly(4 * Mebibyte));
    private static readonly Lazy<byte[]> Blanks = new(static () => MakeBlanks(Large));
    private static readonly Lazy<byte[]> Escapes = new(static () => MakeEscapes(8 * Mebibyte));

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(60) };

    internal static IReadOnlyList<MemoryAttack> All { get; } =
    [
        new("1 body of 63 MiB, strings", [SoakModel.Text], static (platform, cancellation) =>
            PostAsync(platform, SoakModel.Text, TooLargeText.Value, 1, cancellation)),
        new("6 bodies of 19 MiB, strings", [SoakModel.Text], static (platform, cancellation) =>
            PostAsync(platform, SoakModel.Text, LargeText.Value, 6, cancellation)),
        new("8 bodies of 10 MiB, strings", [SoakModel.Text], static (platform, cancellation) =>
            PostAsync(platform, SoakModel.Text, MediumText.Value, 8, cancellation)),
        new("3 bodies of 8 MiB, one escaped string", [SoakModel.Text], static (platform, cancellation) =>
            PostAsync(platform, SoakModel.Text, Escapes.Value, 3, cancellation)),
        new("8 bodies of 19 MiB, FP64", [SoakModel.Third], static (platform, cancellation) =>
            PostAsync(platform, SoakModel.Third, LargeThird.Value, 8, cancellation)),
        new("37 bodies of 19 MiB of blanks that never end", [SoakModel.Third], static (platform, cancellation) =>
            StallAsync(platform, SoakModel.Third, Blanks.Value, 37, cancellation)),
        new("8 readers that do not read 38 MiB", [SoakModel.Third], static (platform, cancellation) =>
            DoNotReadAsync(platform, SoakModel.Third, MediumThird.Value, 8, cancellation)),
        new("outputs of 1 GiB and of 256 MiB", [SoakModel.Expand], static (platform, cancellation) => Task.WhenAll(
            ExpandAsync(platform, 268_435_456, cancellation), ExpandAsync(platform, 67_108_864, cancellation))),
        new("8 shapes of 3 MiB, and 4 of 19 MiB", [SoakModel.Expand], static (platform, cancellation) => Task.WhenAll(
            PostAsync(platform, SoakModel.Expand, MediumShape.Value, 8, cancellation),
            PostAsync(platform, SoakModel.Expand, LargeShape.Value, 4, cancellation))),
        new("1,100 idle connections to the router", SoakModel.All, static (platform, cancellation) =>
            IdleAsync(platform.Router.Port, 1100, cancellation)),
    ];

    private static Task ExpandAsync(SoakPlatform platform, long count, CancellationToken cancellation) => PostAsync(
        platform, SoakModel.Expand, Encoding.ASCII.GetBytes($"{SoakModel.Expand.Head(1)}{count}]}}]}}"), 2, cancellation);

    // Half of them through the router.
    private static Task PostAsync(SoakPlatform platform, SoakModel model, byte[] body, int count, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => PostOneAsync(platform.Infer(model, i % 2 == 1), body, cancellation)));

    private static async Task PostOneAsync(Uri address, byte[] body, CancellationToken cancellation)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            using var answer = await Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            await stream.CopyToAsync(Stream.Null, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A refusal in the middle of a body closes the connection.
        }
    }

    private static Task StallAsync(SoakPlatform platform, SoakModel model, byte[] body, int count, CancellationToken cancellation) =>
        OpenAllAsync(platform, model, body, body.Length + 100, count, receiveBuffer: null, TimeSpan.FromSeconds(12), cancellation);

    private static Task DoNotReadAsync(SoakPlatform platform, SoakModel model, byte[] body, int count, CancellationToken cancellation) =>
        OpenAllAsync(platform, model, body, body.Length, count, receiveBuffer: 4096, TimeSpan.FromSeconds(12), cancellation);

    private static Task OpenAllAsync(
        SoakPlatform platform,
        SoakModel model,
        byte[] body,
        int announced,
        int count,
        int? receiveBuffer,
        TimeSpan time,
        CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } bytes)
            socket.ReceiveBufferSize = bytes;
        var address = platform.Infer(model, throughRouter: i % 2 == 1);
        var head = $"POST {address.AbsolutePath} HTTP/1.1\r\nHost: soak\r\nContent-Length: {announced}\r\n" +
            $"{HeaderNames.RequestTimeout}: {SoakPlatform.DeadlineMilliseconds}\r\n\r\n";
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellation);
            await SendAsync(socket, Encoding.ASCII.GetBytes(head), cancellation);
            await SendAsync(socket, body, cancellation);
        }
        catch (SocketException)
        {
            // It was refused.
        }

        await Task.Delay(time, cancellation);
    }));

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
    }

    private static async Task IdleAsync(int port, int count, CancellationToken cancellation)
    {
        var sockets = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync("127.0.0.1", port, cancellation);
            }

            await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        }
        catch (SocketException)
        {
            // It was refused.
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }

    private static byte[] MakeBlanks(int bytes)
    {
        var body = new byte[bytes];
        Array.Fill(body, (byte)' ');
        return body;
    }

    private static byte[] MakeEscapes(int bytes)
    {
        var body = new StringBuilder(bytes + 200).Append(SoakModel.Text.Head(1)).Append('"');
        for (var i = 0; i < bytes / 2; i++)
            body.Append("\\n");
        return Encoding.ASCII.GetBytes(body.Append("\"]}]}").ToString());
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Oci;

/// <summary>A service that records each request byte by byte and sends the answer that a test defines.</summary>
internal sealed class ServiceStandIn : IAsyncDisposable
{
    private readonly RawServer server;
    private readonly ConcurrentQueue<RawMessage> requests = new();

    internal ServiceStandIn(Func<RawMessage, string> answer)
        : this(async (request, connection) => await connection.SendAsync(answer(request)))
    {
    }

    internal ServiceStandIn(Func<RawMessage, RawConnection, Task> answer) => server = new RawServer(async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
        {
            if (head["Expect"] is not null)
                await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            var request = head with { Body = await BodyAsync(connection, head) };
            requests.Enqueue(request);
            await answer(request, connection);
        }
    });

    internal string Endpoint => $"http://{server.Address}";

    internal IReadOnlyList<RawMessage> Requests => [.. requests];

    /// <summary>How many connections were accepted.</summary>
    internal int Accepted => server.Accepted;

    internal static string Answer(string status, string body, params ReadOnlySpan<string> headers)
    {
        var lines = string.Concat(headers.ToArray().Select(static header => header + "\r\n"));
        return $"HTTP/1.1 {status}\r\n{lines}Content-Length: {body.Length}\r\n\r\n{body}";
    }

    internal static string Json(string body, params ReadOnlySpan<string> headers) =>
        Answer("200 OK", body, ["Content-Type: application/json", .. headers]);

    internal static string Error(int status, string code, string message, params ReadOnlySpan<string> headers) => Answer(
        $"{status} Some Reason", $$"""{"code":"{{code}}","message":"{{message}}"}""", ["Content-Type: application/json", .. headers]);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<byte[]> BodyAsync(RawConnection connection, RawMessage head)
    {
        if (head["Content-Length"] is { } length)
            return await connection.ReadExactlyAsync(int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture));
        if (head["Transfer-Encoding"] is null)
            return [];
        // The tests send chunked bodies of one chunk with at most nine bytes.
        var size = (await connection.ReadExactlyAsync(3))[0] - '0';
        var body = await connection.ReadExactlyAsync(size);
        await connection.ReadExactlyAsync("\r\n0\r\n\r\n".Length);
        return body;
    }
}

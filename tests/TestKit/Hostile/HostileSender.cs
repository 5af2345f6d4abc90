using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit.Hostile;

/// <summary>Sends hostile requests.</summary>
public static class HostileSender
{
    /// <summary>Sends a request as often at once as it says.</summary>
    public static Task<HostileAnswer[]> SendAsync(HostileRequest request, HostileTarget target, CancellationToken cancellation) =>
        SendAsync(request, [target], cancellation);

    /// <summary>Sends a request as often at once as it says, to one target after another.</summary>
    public static Task<HostileAnswer[]> SendAsync(
        HostileRequest request, IReadOnlyList<HostileTarget> targets, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.WhenAll(Enumerable.Range(0, request.AtOnce)
            .Select(i => SendOneAsync(request, targets[i % targets.Count], cancellation)));
    }

    private static async Task<HostileAnswer> SendOneAsync(
        HostileRequest request, HostileTarget target, CancellationToken cancellation)
    {
        // Making the bytes of a request must not delay the others.
        await Task.Yield();
        var body = request.Sent is null ? request.ToBody() : [];
        var head = HeadOf(request, target, body.Length);
        RawConnection? connection = null;
        try
        {
            connection = await RawConnection.ConnectAsync(target.EndPoint, request.ReceiveBuffer);
            var sending = SendAsync(connection, head, body, request.Pause, cancellation);
            if (request.Leaves is { } leaves)
            {
                await Task.WhenAny(sending, Task.Delay(RawConnection.Patience, cancellation));
                await Task.Delay(request.Hold, cancellation);
                if (leaves == "reset")
                    connection.Reset();
                return new HostileAnswer(HostileRequest.Cut, 0, null, false, "it left");
            }

            await Task.Delay(request.Hold, cancellation);
            return await ReadAsync(connection, request);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new HostileAnswer(HostileRequest.Cut, 0, null, false, e.Message);
        }
        catch (Exception e) when (e is TimeoutException or InvalidDataException or FormatException)
        {
            return new HostileAnswer(HostileRequest.Broken, 0, null, false, e.Message);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static async Task<HostileAnswer> ReadAsync(RawConnection connection, HostileRequest request)
    {
        RawMessage? first;
        do
        {
            first = await connection.ReadMessageAsync(toHead: request.Method == "HEAD");
        }
        while (first is { Status: 100 });
        if (first is null)
            return new HostileAnswer(HostileRequest.Cut, 0, null, false, "the connection ended without an answer");
        var answers = 1;
        if (request.Sent is not null)
            answers += await CountRestAsync(connection);
        return new HostileAnswer(
            first.Status, answers, first["X-Model-Outcome"], first.All("Retry-After").Count > 0, first.Status < 400 ? "" : first.Text);
    }

    // Everything that the connection still has belongs to this caller. Whatever it is, it counts as an answer.
    private static async Task<int> CountRestAsync(RawConnection connection)
    {
        var count = 0;
        try
        {
            connection.EndSending();
            while (await connection.ReadMessageAsync() is not null)
                count++;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // It was cut.
        }

        return count;
    }

    // A refusal in the middle of a body closes the connection, and the answer says so.
    private static async Task SendAsync(
        RawConnection connection, byte[] head, byte[] body, int? pause, CancellationToken cancellation)
    {
        try
        {
            await connection.SendAsync(head);
            if (pause is not { } milliseconds)
            {
                await connection.SendAsync(body);
                return;
            }

            for (var i = 0; i < body.Length; i++)
            {
                await connection.SendAsync(body.AsMemory(i, 1));
                await Task.Delay(milliseconds, cancellation);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Reading shows what happened.
        }
    }

    private static byte[] HeadOf(HostileRequest request, HostileTarget target, int length)
    {
        if (request.Sent is { } sent)
            return sent.Make(text => target.Fill(text, request.Model));
        var path = request.Path.Length > 0 ? target.Fill(request.Path, request.Model) : target.Address.AbsolutePath;
        var head = new StringBuilder($"{request.Method} {path} HTTP/1.1\r\n");
        string[] headers = [.. request.Headers.Select(header => target.Fill(header, request.Model)), .. target.Headers];
        Add("Host", target.Address.Authority);
        Add("Content-Type", "application/json");
        foreach (var header in headers)
            head.Append(header).Append("\r\n");
        if (request.Token is { } token)
            head.Append("Authorization: Bearer ").Append(token.Make(TimeProvider.System.GetUtcNow())).Append("\r\n");
        if (request.Method != "GET")
            Add("Content-Length", (request.Announced ?? length).ToString(CultureInfo.InvariantCulture));
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());

        void Add(string name, string value)
        {
            if (!headers.Any(header => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)))
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
    }
}

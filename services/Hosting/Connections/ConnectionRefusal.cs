using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Hosting.Connections;

/// <summary>Answers a connection that the host does not accept.</summary>
internal sealed class ConnectionRefusal(TimeProvider time)
{
    // While that many clients are answered, further connections are closed without an answer.
    private const int MostAtOnce = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Problem TooManyConnections =
        new(StatusCodes.Status503ServiceUnavailable, "too-many-connections", "Too many connections");

    private static readonly byte[] Answer = Write();

    private int answering;

    /// <summary>Answers and closes a connection. If many are being answered, it is closed without an answer, before the result is
    /// complete.</summary>
    internal ValueTask AnswerAsync(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref answering) > MostAtOnce)
        {
            Interlocked.Decrement(ref answering);
            connection.Abort();
            return connection.DisposeAsync();
        }

        _ = AnswerSoonAsync(connection);
        return ValueTask.CompletedTask;
    }

    private async Task AnswerSoonAsync(ConnectionContext connection)
    {
        try
        {
            using var limit = new TimeLimit(Patience, time, connection.ConnectionClosed);
            // A socket that is closed with unread bytes resets the connection, and the client would not see the answer.
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync(Answer, limit.Token);
        }
        catch (Exception)
        {
            // It sent nothing, or left.
        }
        finally
        {
            await connection.DisposeAsync();
            Interlocked.Decrement(ref answering);
        }
    }

    private static byte[] Write()
    {
        var body = TooManyConnections.ToUtf8("The host has as many connections as it can keep open; retry later", requestId: null);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {TooManyConnections.Status} Service Unavailable\r\nContent-Type: {Problem.ContentType}\r\nRetry-After: 1\r\n" +
                $"Connection: close\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body.Span];
    }
}

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Hosting.Connections;

/// <summary>Answers a connection that the host does not accept.</summary>
internal sealed class ConnectionRefusal(TimeProvider time)
{
    // At most this many clients are answered at a time. The one that has sent nothing for the longest time makes room for the next.
    private const int MostAtOnce = 64;

    // So many that were answered may still send the rest of their requests.
    private const int MostLingering = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Problem TooManyConnections =
        new(StatusCodes.Status503ServiceUnavailable, "too-many-connections", "Too many connections");

    private static readonly byte[] Answer = Write();

    private readonly Lock gate = new();
    private readonly LinkedList<Refused> answering = [];
    private int lingering;

    /// <summary>Answers and closes a connection. If many are being answered, one of them is closed without an answer, before the result is
    /// complete.</summary>
    internal ValueTask AnswerAsync(ConnectionContext connection)
    {
        var refused = new Refused(connection);
        Refused? displaced = null;
        lock (gate)
        {
            if (answering.Count == MostAtOnce)
            {
                displaced = answering.First!.Value;
                answering.RemoveFirst();
            }

            answering.AddLast(refused);
        }

        _ = AnswerSoonAsync(refused);
        if (displaced is null)
            return ValueTask.CompletedTask;
        displaced.Connection.Abort();
        return new(displaced.Ended.Task);
    }

    private async Task AnswerSoonAsync(Refused refused)
    {
        var connection = refused.Connection;
        try
        {
            using var limit = new TimeLimit(Patience, time, connection.ConnectionClosed);
            // A socket that is closed with unread bytes resets the connection, and the client would not see the answer.
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync(Answer, limit.Token);
            await LingerAsync(refused, limit.Token);
        }
        catch (Exception)
        {
            // It sent nothing, or left.
        }

        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            lock (gate)
                answering.Remove(refused);
            refused.Ended.SetResult();
        }
    }

    // The client may still be sending, and would see a reset instead of the answer if the socket were closed now. It closes the connection
    // itself once it has the answer.
    private async Task LingerAsync(Refused refused, CancellationToken cancellation)
    {
        lock (gate)
        {
            answering.Remove(refused);
            if (lingering == MostLingering)
                return;
            lingering++;
        }

        try
        {
            while (true)
            {
                var rest = await refused.Connection.Transport.Input.ReadAsync(cancellation);
                refused.Connection.Transport.Input.AdvanceTo(rest.Buffer.End);
                if (rest.IsCompleted)
                    return;
            }
        }
        finally
        {
            lock (gate)
                lingering--;
        }
    }

    private static byte[] Write()
    {
        var body = TooManyConnections.ToUtf8("The host has as many connections as it can keep open; retry later", requestId: null);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {TooManyConnections.Status} Service Unavailable\r\nContent-Type: {Problem.ContentType}\r\nRetry-After: 1\r\n" +
                $"{HeaderNames.ModelOutcome}: {HeaderNames.Busy}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body.Span];
    }

    private sealed class Refused(ConnectionContext connection)
    {
        internal ConnectionContext Connection => connection;

        internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

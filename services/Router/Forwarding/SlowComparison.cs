using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Forwarding;

/// <summary>Sends a request that a variant answered well, but slowly, to stable in the background. Stable's answer is discarded; it only
/// shows whether stable is slow with this request too.</summary>
/// <remarks>A comparison costs a token of the retry budget. At most <see cref="MaxRunning"/> run at a time. Without a token or a place, the
/// slow answer is not evidence.</remarks>
internal sealed class SlowComparison(Connector connector, AttemptObserver? observer, RouterMetrics metrics, TimeProvider time)
{
    /// <summary>The most comparisons at a time. Each holds a copy of its request.</summary>
    internal const int MaxRunning = 16;

    private const int InitialBuffer = 8 * 1024;

    private int running;

    /// <summary>Whether the answer took longer than the rollout allows.</summary>
    internal bool IsSlow(in Attempt attempt, in AttemptResult result) =>
        observer is not null
        && attempt.IsReported
        && attempt.Model.WatchedOf(attempt.Route) is { } watched
        && result is { Status: < StatusCodes.Status400BadRequest, IsNonFinite: false }
        && SlowAnswer.IsEvidence(attempt.Model, watched.Policy, result, time);

    /// <summary>Begins a comparison, if there is a token and a place. The body is copied before this returns.</summary>
    internal void Begin(HttpRequest request, in Attempt attempt, in AttemptResult first, in ClientBody body)
    {
        var deadline = time.GetTimestamp() + (long)(attempt.Timeout.TotalSeconds * time.TimestampFrequency);
        ByteReservation? held = null;
        if (Interlocked.Increment(ref running) > MaxRunning
            || !HeldBytes.TryTakeCopy(request.HttpContext, body.Ahead.Length, out held)
            || !new Retry(attempt.Model, attempt.Route, deadline, metrics, time).Take(RetryReason.Slow))
        {
            held?.Dispose();
            Interlocked.Decrement(ref running);
            metrics.FailureNotCounted("not-compared");
            return;
        }

        var compared = attempt with
        {
            Route = attempt.Model.Stable,
            IsReported = false,
            Deadline = deadline,
            First = new FirstFailure(attempt, first),
        };
        var bytes = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        // The version ignores Host; the endpoint is not chosen yet.
        var length = RequestHead.Write(ref bytes, request, compared, "stable"u8, (long)attempt.Timeout.TotalMilliseconds, body);
        if (body.IsJoined)
        {
            _ = RunAsync(compared, bytes.AsMemory(0, length), bytes, held);
            return;
        }

        // The pool would keep an array of this size.
        var whole = GC.AllocateUninitializedArray<byte>(length + (int)body.Ahead.Length);
        bytes.AsSpan(0, length).CopyTo(whole);
        body.Ahead.CopyTo(whole.AsSpan(length));
        ArrayPool<byte>.Shared.Return(bytes);
        _ = RunAsync(compared, whole, null, held);
    }

    private async Task RunAsync(Attempt attempt, ReadOnlyMemory<byte> request, byte[]? rented, ByteReservation? held)
    {
        var times = AttemptTimes.For(attempt, time.GetTimestamp());
        try
        {
            var result = await AskAsync(attempt, request);
            observer?.Invoke(attempt, result with { Times = times });
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
            held?.Dispose();
            Interlocked.Decrement(ref running);
        }
    }

    private async Task<AttemptResult> AskAsync(Attempt attempt, ReadOnlyMemory<byte> request)
    {
        var (connection, endpoint, failure) =
            await connector.ConnectAsync(attempt.Route, attempt.Deadline, attempt.Deadline, onlyNew: false, CancellationToken.None);
        if (connection is null)
            return new(failure);
        var began = time.GetTimestamp();
        var reusable = false;
        try
        {
            await connection.SendAsync(request);
            var (head, isReusable) = await ReceiveAsync(connection);
            reusable = isReusable;
            return new(ForwardResult.Answered)
            {
                Endpoint = endpoint,
                Status = head.Status,
                IsNonFinite = head.IsNonFinite,
                Elapsed = time.GetTimestamp() - began,
            };
        }
        catch (BadAnswerException)
        {
            return new(ForwardResult.BadAnswer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ConnectionEndedException)
        {
            return new(Connector.Interrupted(connection));
        }
        finally
        {
            endpoint!.Leave();
            if (connection.End() && reusable)
                endpoint.PutBack(connection, time.GetTimestamp());
            else
                connection.Dispose();
        }
    }

    // A body without a length is not read: the head has shown what is needed.
    private static async Task<(AnswerHead Head, bool IsReusable)> ReceiveAsync(UpstreamConnection connection)
    {
        AnswerHead head;
        while (!AnswerHead.TryParse(connection.Received, out head) || head.Status < StatusCodes.Status200OK)
        {
            if (head.Length > 0)
                connection.Consume(head.Length);
            else
                connection.Take(await connection.ReceiveAsync());
        }

        connection.Consume(head.Length);
        if (head.Framing != BodyFraming.Length)
            return (head, false);
        for (var left = head.ContentLength; ;)
        {
            var count = (int)Math.Min(left, connection.Received.Length);
            connection.Consume(count);
            left -= count;
            if (left == 0)
                return (head, head.KeepAlive && connection.Received.IsEmpty);
            connection.Take(await connection.ReceiveAsync());
        }
    }
}

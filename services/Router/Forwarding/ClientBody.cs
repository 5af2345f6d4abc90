using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>
/// The body of a client's request. Up to <see cref="AheadLimit"/> bytes are read before a version's connection is used, so a slow client
/// does not hold one. Only a longer body is streamed. A body that may be sent twice is read completely, as far as the memory for requests
/// reaches.
/// </summary>
internal readonly struct ClientBody
{
    /// <summary>A body of up to this many bytes is read completely first.</summary>
    internal const int AheadLimit = 32 * 1024;

    /// <summary>A whole body of up to this many bytes is sent together with the request's head, which takes a copy of it.</summary>
    internal const int JoinedLimit = 1024 * 1024;

    private readonly HttpRequest request;
    private readonly TimeProvider time;
    private readonly long deadline;
    private readonly ReadResult ahead;
    private readonly bool holdsRead;

    private ClientBody(HttpRequest request, TimeProvider time, long deadline, long? length, ReadResult? read = null)
    {
        this.request = request;
        this.time = time;
        this.deadline = deadline;
        ahead = read ?? default;
        holdsRead = read is not null;
        WasBegun = true;
        IsWhole = ahead.IsCompleted || ahead.Buffer.Length >= (length ?? long.MaxValue);
        Length = IsWhole ? ahead.Buffer.Length : length;
    }

    /// <summary>The body's length; null for a chunked body whose end has not arrived.</summary>
    internal long? Length { get; }

    /// <summary>Whether reading has begun; false for a default value.</summary>
    internal bool WasBegun { get; }

    /// <summary>Whether the whole body is here.</summary>
    internal bool IsWhole { get; }

    /// <summary>Whether the whole body is here, and short enough to be sent together with the head.</summary>
    internal bool IsJoined => IsWhole && ahead.Buffer.Length <= JoinedLimit;

    /// <summary>The bytes that are here; valid until they are released.</summary>
    internal ReadOnlySequence<byte> Ahead => ahead.Buffer;

    /// <summary>Reads the beginning of the body, or all of it if it is short.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">The action that the path names.</param>
    /// <param name="isKept">Whether the body may be sent twice. If there is no room for all of it, it is streamed all the same.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deadline">The caller's deadline.</param>
    /// <exception cref="BodyLateException">The body did not arrive by the deadline.</exception>
    /// <exception cref="BadHttpRequestException">The client broke the body off, or it is too large.</exception>
    /// <exception cref="OverBudgetException">There is no room even for the beginning.</exception>
    internal static async ValueTask<ClientBody> ReadAheadAsync(
        HttpRequest request, ModelAction action, bool isKept, TimeProvider time, long deadline)
    {
        var chunked = request.Headers.TransferEncoding.Count > 0;
        long? length = action != ModelAction.Infer ? 0 : chunked ? null : request.ContentLength ?? 0;
        var body = new ClientBody(request, time, deadline, length);
        if (length == 0)
            return body;
        var held = new HeldBytes(request.HttpContext);
        var isAllKept = isKept && held.TryTake(length ?? 0);
        if (!isAllKept)
            held.Take(Math.Min(length ?? 0, AheadLimit));
        while (true)
        {
            body = new ClientBody(request, time, deadline, length, await body.ReadAsync());
            if (body.IsWhole || (!isAllKept && body.Ahead.Length > AheadLimit))
                return body;
            // The next bytes of a chunked body may be as many as those before.
            var room = length is null ? 2 * body.Ahead.Length : 0;
            var fits = held.TryTake(room);
            if (!fits && isAllKept && body.Ahead.Length > AheadLimit)
                return body;
            request.BodyReader.AdvanceTo(body.Ahead.Start, body.Ahead.End);
            if (!fits)
                held.Take(room);
        }
    }

    /// <summary>Releases the bytes that were read ahead.</summary>
    internal void Release()
    {
        if (holdsRead)
            request.BodyReader.AdvanceTo(ahead.Buffer.End);
    }

    /// <summary>Sends a whole body piece by piece, without releasing it.</summary>
    internal async Task SendAsync(Func<ReadOnlyMemory<byte>, ValueTask> send)
    {
        foreach (var piece in ahead.Buffer)
            await send(piece);
    }

    /// <summary>Streams the body piece by piece, beginning with the bytes that are here. Each piece is released.</summary>
    /// <exception cref="BodyLateException">The body was not complete by the deadline.</exception>
    internal async Task PassOnAsync(Func<ReadOnlyMemory<byte>, ValueTask> send)
    {
        var read = ahead;
        var passed = 0L;
        while (true)
        {
            try
            {
                foreach (var piece in read.Buffer)
                    await send(piece);
                passed += read.Buffer.Length;
            }
            finally
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted || passed == Length)
                return;
            read = await ReadAsync();
        }
    }

    /// <summary>Ends a read that waits for the client, because the rest is not needed any more.</summary>
    internal void Stop() => request.BodyReader.CancelPendingRead();

    private ValueTask<ReadResult> ReadAsync()
    {
        var reading = request.BodyReader.ReadAsync();
        return reading.IsCompletedSuccessfully ? new(InTime(reading.Result)) : WaitAsync(reading);
    }

    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        var left = Math.Max(0, time.GetElapsedTime(time.GetTimestamp(), deadline).Ticks);
        await using var timer = time.CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(),
            request.BodyReader,
            TimeSpan.FromTicks(left),
            Timeout.InfiniteTimeSpan);
        return InTime(await reading);
    }

    private ReadResult InTime(ReadResult read)
    {
        if (!read.IsCanceled)
            return read;
        request.BodyReader.AdvanceTo(read.Buffer.End);
        throw new BodyLateException();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>
/// The body of a client's request. Up to <see cref="AheadLimit"/> bytes are read before a version is bothered, so that a slow client
/// holds no connection to one; only a longer body is passed on while it comes. One that may have to be sent twice is read whole up to
/// <see cref="KeptLimit"/>.
/// </summary>
internal readonly struct ClientBody
{
    /// <summary>A body of up to this many bytes is read whole first.</summary>
    internal const int AheadLimit = 32 * 1024;

    /// <summary>A body of up to this many bytes is kept until its answer is there, if another variant may have to be asked. A longer one
    /// can't be sent twice.</summary>
    internal const int KeptLimit = 1024 * 1024;

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

    /// <summary>The body's length; null for one that comes in chunks and whose end is not in sight.</summary>
    internal long? Length { get; }

    /// <summary>Whether reading has begun; false of a default value.</summary>
    internal bool WasBegun { get; }

    /// <summary>Whether all of it is here.</summary>
    internal bool IsWhole { get; }

    /// <summary>What is here; valid until it is released.</summary>
    internal ReadOnlySequence<byte> Ahead => ahead.Buffer;

    /// <summary>Reads the beginning of the body, all of it if it is short.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">What its path asks for.</param>
    /// <param name="isKept">Whether it may have to be sent twice.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deadline">When the caller's time is over.</param>
    /// <exception cref="BodyLateException">It did not come by the deadline.</exception>
    /// <exception cref="BadHttpRequestException">The client broke it off, or it is too large.</exception>
    internal static async ValueTask<ClientBody> ReadAheadAsync(HttpRequest request, ModelAction action, bool isKept, TimeProvider time, long deadline)
    {
        var chunked = request.Headers.TransferEncoding.Count > 0;
        long? length = action != ModelAction.Infer ? 0 : chunked ? null : request.ContentLength ?? 0;
        var body = new ClientBody(request, time, deadline, length);
        if (length == 0)
            return body;
        var most = isKept && (length ?? 0) <= KeptLimit ? KeptLimit : AheadLimit;
        while (true)
        {
            body = new ClientBody(request, time, deadline, length, await body.ReadAsync());
            if (body.IsWhole || body.Ahead.Length > most)
                return body;
            request.BodyReader.AdvanceTo(body.Ahead.Start, body.Ahead.End);
        }
    }

    /// <summary>Lets go of what was read ahead.</summary>
    internal void Release()
    {
        if (holdsRead)
            request.BodyReader.AdvanceTo(ahead.Buffer.End);
    }

    /// <summary>Passes the body on, piece by piece, beginning with what is here.</summary>
    /// <exception cref="BodyLateException">It did not come whole by the deadline.</exception>
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

    /// <summary>Ends a read that waits for the client: nobody wants the rest any more.</summary>
    internal void Stop() => request.BodyReader.CancelPendingRead();

    private ValueTask<ReadResult> ReadAsync()
    {
        var reading = request.BodyReader.ReadAsync();
        return reading.IsCompletedSuccessfully ? new(InTime(reading.Result)) : WaitAsync(reading);
    }

    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        var left = Math.Max(0, time.GetElapsedTime(time.GetTimestamp(), deadline).Ticks);
        await using var timer = time.CreateTimer(static reader => ((PipeReader)reader!).CancelPendingRead(), request.BodyReader, TimeSpan.FromTicks(left), Timeout.InfiniteTimeSpan);
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

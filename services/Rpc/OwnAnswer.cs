using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.Hosting;

namespace ModelServing.Rpc;

/// <summary>The answer of the host's own path to a request that a call became.</summary>
internal sealed class OwnAnswer : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly HttpResponse call;
    private readonly AnswerWriter writer;
    private Stream? stream;

    private OwnAnswer(HttpResponse call, IHeaderDictionary headers, PipeWriter? message, int mostHeld)
    {
        this.call = call;
        Headers = headers;
        writer = new AnswerWriter(this, message, mostHeld);
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; }

    [Obsolete("Use IHttpResponseBodyFeature.")]
    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    public bool HasStarted => writer.IsFlushed || call.HasStarted;

    public Stream Stream => stream ??= writer.AsStream(leaveOpen: true);

    PipeWriter IHttpResponseBodyFeature.Writer => writer;

    /// <summary>The body, as far as it is held.</summary>
    internal ReadOnlySpan<byte> Held => writer.Held;

    /// <summary>Makes the answer to a request for an inference. Its headers are those of the call's answer, and so is a body that is a
    /// message.</summary>
    internal static OwnAnswer ToCall(HttpResponse call)
    {
        const int MostOfProblem = 64 * 1024;
        return new(call, call.Headers, call.BodyWriter, MostOfProblem);
    }

    /// <summary>Makes an answer that is held.</summary>
    internal static OwnAnswer Hold(HttpResponse call)
    {
        const int MostOfDescription = 4 * 1024 * 1024;
        return new(call, new HeaderDictionary(), null, MostOfDescription);
    }

    /// <summary>Ends a body that may be a message.</summary>
    /// <returns>True if it is a whole message, false if only a part of one was written, and null for another body.</returns>
    internal bool? EndMessage()
    {
        if (!writer.Begin())
            return null;
        return writer.Written == MessageLength;
    }

    /// <summary>If the body is a message, the headers become those of the call's answer.</summary>
    internal bool TryBeginMessage(out uint length)
    {
        length = 0;
        if (StatusCode != StatusCodes.Status200OK || Headers.ContentType != UnsupportedBody.Protobuf || Headers.ContentEncoding.Count > 0
            || Headers.ContentLength is not (>= 0 and <= uint.MaxValue and var given))
            return false;
        MessageLength = given;
        length = (uint)given;
        Headers.ContentLength = null;
        Headers.ContentType = CallStatus.ContentType;
        return true;
    }

    public void OnStarting(Func<object, Task> callback, object state) => call.OnStarting(callback, state);

    // What a request holds is needed until the call has its answer.
    public void OnCompleted(Func<object, Task> callback, object state) => call.OnCompleted(callback, state);

    public void DisableBuffering()
    {
    }

    public async Task StartAsync(CancellationToken cancellationToken = default) => await writer.FlushAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync() => await writer.FlushAsync();

    private long? MessageLength { get; set; }
}

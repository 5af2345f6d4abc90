using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace ModelServing.Rpc;

/// <summary>The body of an answer: the message of a call, or text that is held.</summary>
/// <param name="answer">The answer, whose status and headers decide at the first byte.</param>
/// <param name="call">Where a message goes; null to hold every answer.</param>
/// <param name="mostHeld">The most bytes that are held. Of a longer body, none are.</param>
internal sealed class AnswerWriter(OwnAnswer answer, PipeWriter? call, int mostHeld) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> held = new();
    private bool isBegun;
    private bool isMessage;
    private bool isTooLong;

    /// <summary>Whether the body was flushed for the first time.</summary>
    internal bool IsFlushed { get; private set; }

    /// <summary>The bytes of the message that were written.</summary>
    internal long Written { get; private set; }

    /// <summary>The bytes that were held.</summary>
    internal ReadOnlySpan<byte> Held => isTooLong ? default : held.WrittenSpan;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => isMessage && call!.CanGetUnflushedBytes ? call.UnflushedBytes : 0;

    /// <summary>Begins the body, and returns whether it is a message.</summary>
    internal bool Begin()
    {
        if (isBegun)
            return isMessage;
        isBegun = true;
        if (call is null || !answer.TryBeginMessage(out var length))
            return false;
        var prefix = call.GetSpan(MessageHead.Prefix);
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], length);
        call.Advance(MessageHead.Prefix);
        return isMessage = true;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Begin() ? call!.GetMemory(sizeHint) : Room().GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Begin() ? call!.GetSpan(sizeHint) : Room().GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (isMessage)
        {
            Written += bytes;
            call!.Advance(bytes);
        }
        else
        {
            held.Advance(bytes);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        IsFlushed = true;
        return Begin() ? call!.FlushAsync(cancellationToken) : new(default(FlushResult));
    }

    public override void CancelPendingFlush() => call?.CancelPendingFlush();

    // The call ends with its status.
    public override void Complete(Exception? exception = null)
    {
    }

    private ArrayBufferWriter<byte> Room()
    {
        isTooLong |= held.WrittenCount > mostHeld;
        if (isTooLong)
            held.ResetWrittenCount();
        return held;
    }
}

using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Rpc;

/// <summary>The only message of a call as the body of a request. It ends with the call's own body: nothing may follow the
/// message.</summary>
/// <param name="call">The call's body, at the first byte of the message.</param>
/// <param name="length">The message's length.</param>
/// <param name="most">The largest length of a body. A longer one is refused when it is read.</param>
internal sealed class MessageBody(PipeReader call, long length, long most) : PipeReader
{
    private ReadResult last;
    private long passed;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (length > most)
        {
            throw new BadHttpRequestException(
                string.Create(CultureInfo.InvariantCulture, $"The message has {length} bytes."), StatusCodes.Status413PayloadTooLarge);
        }

        while (true)
        {
            ReadResult read;
            try
            {
                read = await call.ReadAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException and not BadHttpRequestException)
            {
                // On a stream of HTTP/2, it means nothing else.
                throw new ConnectionAbortedException("The caller has left.", e);
            }

            if (IsReadable(read))
                return last = read;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (length <= most && call.TryRead(out result) && IsReadable(result))
        {
            last = result;
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        passed += last.Buffer.Slice(0, consumed).Length;
        last = default;
        call.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => call.CancelPendingRead();

    // The call's body is the server's.
    public override void Complete(Exception? exception = null)
    {
    }

    // If not, the bytes stay for the next read.
    private bool IsReadable(in ReadResult read)
    {
        var (count, left) = (read.Buffer.Length, length - passed);
        if (count > left || (read.IsCompleted && count < left))
        {
            call.AdvanceTo(read.Buffer.End);
            throw new BadHttpRequestException(
                count > left ? "The call has more than one message." : $"The message ended before its {length} bytes.",
                StatusCodes.Status400BadRequest);
        }

        // The last bytes are held until the end of the call arrives. A server that answers before that has to reset the stream.
        if (read.IsCanceled || read.IsCompleted || count < left)
            return true;
        call.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        return false;
    }
}

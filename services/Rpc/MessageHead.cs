using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Rpc;

/// <summary>What the beginning of a call's only message says.</summary>
/// <param name="Length">The message's length in bytes.</param>
/// <param name="Coding">How it is compressed; null for not at all.</param>
/// <param name="Path">The path of the request that the message is the body of.</param>
internal readonly record struct MessageHead(long Length, string? Coding, string Path)
{
    /// <summary>The bytes before a message: whether it is compressed, and its length.</summary>
    internal const int Prefix = 5;

    /// <summary>The names must be in this many bytes at the beginning. Every connection has room for them.</summary>
    internal const int MostBytes = 16 * 1024;

    private const string AcceptedCodings = "identity,deflate,gzip";

    /// <summary>Reads the beginning. Afterwards, the body is at the first byte of the message.</summary>
    /// <param name="context">The call.</param>
    /// <param name="limit">How long it may take to arrive.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CallFaultException">The call is wrong, or late.</exception>
    internal static async ValueTask<MessageHead> ReadAsync(HttpContext context, TimeSpan limit, TimeProvider time)
    {
        var body = context.Request.BodyReader;
        if (body.TryRead(out var read))
        {
            if (TryParse(context, read, out var head, out _))
                return Begun(body, read, head);
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        await using var timer = time.CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(), body, limit, Timeout.InfiniteTimeSpan);
        // Each round reads what is here at once, and needs at least twice as much as before.
        for (var needed = Prefix; ;)
        {
            read = await body.ReadAtLeastAsync(needed, context.RequestAborted);
            if (TryParse(context, read, out var head, out needed))
                return Begun(body, read, head);
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCanceled)
                throw new CallFaultException(StatusCode.DeadlineExceeded, "The message did not arrive in time");
        }
    }

    private static MessageHead Begun(PipeReader body, in ReadResult read, in MessageHead head)
    {
        body.AdvanceTo(read.Buffer.GetPosition(Prefix));
        return head;
    }

    // If it fails, it needs this many bytes.
    private static bool TryParse(HttpContext context, in ReadResult read, out MessageHead head, out int needed)
    {
        (head, needed) = (default, Prefix);
        var bytes = read.Buffer;
        if (bytes.Length < Prefix)
        {
            return read.IsCompleted
                ? throw new CallFaultException(StatusCode.InvalidArgument, "The call has no message")
                : false;
        }

        Span<byte> prefix = stackalloc byte[Prefix];
        bytes.Slice(0, Prefix).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        var coding = CodingOf(context, prefix[0]);
        var here = bytes.Slice(Prefix, Math.Min(bytes.Length - Prefix, Math.Min(length, MostBytes)));
        var isAll = here.Length == length;
        var names = here.IsSingleSegment && coding is null
            ? MessageNames.Search(here.FirstSpan, isAll)
            : SearchCopy(here, isAll, coding);
        if (names.Found == NamesFound.All)
        {
            head = new MessageHead(length, coding, names.Path);
            return true;
        }

        if (names.Found == NamesFound.None)
            throw new CallFaultException(StatusCode.InvalidArgument, "model_name is missing");
        if (here.Length == MostBytes || isAll)
        {
            throw new CallFaultException(
                StatusCode.InvalidArgument,
                $"model_name is not in the first {MostBytes} bytes of the message; it must come before the inputs");
        }

        if (read.IsCompleted)
            throw new CallFaultException(StatusCode.InvalidArgument, $"The message ended before its {length} bytes");
        needed = Prefix + (int)Math.Min(Math.Max(2 * here.Length, 64), Math.Min(length, MostBytes));
        return false;
    }

    private static string? CodingOf(HttpContext context, byte isCompressed)
    {
        const string Header = "grpc-encoding";
        if (isCompressed == 0)
            return null;
        var coding = context.Request.Headers[Header].ToString();
        if (isCompressed != 1 || coding is "" or "identity")
        {
            throw new CallFaultException(
                StatusCode.InvalidArgument, $"The message says that it is compressed ({isCompressed}), and {Header} is '{coding}'");
        }

        if (coding is "gzip" or "deflate")
            return coding;
        context.Response.Headers["grpc-accept-encoding"] = AcceptedCodings;
        throw new CallFaultException(StatusCode.Unimplemented, $"{Header} is '{coding}'; accepted are: {AcceptedCodings}");
    }

    private static MessageNames SearchCopy(in ReadOnlySequence<byte> here, bool isAll, string? coding)
    {
        var bytes = here.ToArray();
        if (coding is null)
            return MessageNames.Search(bytes, isAll);
        // One byte more, to see whether this is the end.
        var plain = new byte[MostBytes + 1];
        var count = Expand(bytes, coding, plain, out var isEnded);
        return MessageNames.Search(plain.AsSpan(0, Math.Min(count, MostBytes)), isAll && isEnded && count <= MostBytes);
    }

    private static int Expand(byte[] bytes, string coding, byte[] plain, out bool isEnded)
    {
        isEnded = false;
        var count = 0;
        try
        {
            using var source = new MemoryStream(bytes);
            using Stream expansion = coding == "gzip"
                ? new GZipStream(source, CompressionMode.Decompress)
                : new ZLibStream(source, CompressionMode.Decompress);
            while (count < plain.Length)
            {
                var read = expansion.Read(plain, count, plain.Length - count);
                isEnded = read == 0;
                if (isEnded)
                    break;
                count += read;
            }
        }
        catch (InvalidDataException)
        {
            // A part of a compressed message has no proper end. A broken message is left to the version, which expands all of it.
        }

        return count;
    }
}

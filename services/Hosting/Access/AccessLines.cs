using System.Buffers.Binary;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Hosting.Access;

/// <summary>Writes attempts as lines of the host's log: failed ones and a sample of the others, up to <see cref="MostInSecond"/>.</summary>
/// <remarks>Standard output may make its writer wait, so lines are written in the background and not by the request's thread.</remarks>
internal sealed class AccessLines(int sample, TimeProvider time, ILogger logger)
{
    internal const int MostInSecond = 100;

    private readonly Channel<AccessRecord> queue = Channel.CreateBounded<AccessRecord>(
        new BoundedChannelOptions(MostInSecond) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly Lock counting = new();
    private long second = -1;
    private int inSecond;

    /// <summary>Whether an attempt is to be written.</summary>
    internal bool Wants(Ulid request, bool hasFailed) => hasFailed || IsSampled(request);

    /// <summary>Queues the attempt, if it is to be written. False if there are too many lines already.</summary>
    internal bool TryAdd(in AccessRecord record) =>
        !Wants(record.RequestId, record.IsFailure) || (TryCount() && queue.Writer.TryWrite(record));

    /// <summary>Waits for attempts, and writes all that are queued. Only one thread may call it.</summary>
    internal async Task WriteAsync(CancellationToken cancellation)
    {
        await queue.Reader.WaitToReadAsync(cancellation);
        WriteQueued();
    }

    /// <summary>Writes all attempts that are queued.</summary>
    internal void WriteQueued()
    {
        while (queue.Reader.TryRead(out var record))
            Write(record);
    }

    private void Write(in AccessRecord record)
    {
        var trace = record.Trace == UInt128.Zero ? "none" : record.Trace.ToString("x32", CultureInfo.InvariantCulture);
        if (record.Operation is { } operation)
        {
            AccessLogLog.Requested(
                logger, record.RequestId.ToString(), operation, EndingOf(record), record.Times.Total.TotalMilliseconds, trace);
            return;
        }

        var version = record.Version == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{record.Model} v{record.Version} ");
        AccessLogLog.Attempted(
            logger,
            record.RequestId.ToString(),
            record.Attempt,
            version + record.Variant,
            EndingOf(record),
            record.Times.Total.TotalMilliseconds,
            string.Join(", ", record.Times.Parts().Select(static part => Describe(part.Name, part.Time))),
            trace);
    }

    private static string EndingOf(in AccessRecord record) =>
        record.Status == 0 ? record.Reason ?? "no answer" : $"{record.Status} {record.Reason}".TrimEnd();

    // By the random end of the identifier, so that all attempts of a request are logged, in all hosts, or none.
    private bool IsSampled(Ulid request)
    {
        Span<byte> bytes = stackalloc byte[16];
        return request.TryWriteBytes(bytes)
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) % AccessLogSettings.WholeSample < (uint)sample;
    }

    private bool TryCount()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        lock (counting)
        {
            if (now != second)
                (second, inSecond) = (now, 0);
            return ++inSecond <= MostInSecond;
        }
    }

    private static string Describe(string name, TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {duration.TotalMilliseconds:0.000}");
}

using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>The binary format of a report in the cache. The field's name holds the process and its version.</summary>
/// <remarks>
/// <code>
/// version        1 byte, 3; 2 ends after the streams
/// leaving        1 byte, 1 if the process is stopping, else 0
/// streams        number of streams; then each:
///   variant      text: its length in bytes, and UTF-8
///   trial        number
///   4 histograms in the order of <see cref="AnswerKind"/>; each:
///     buckets    number of buckets that are not 0; then each, from the lowest:
///       gap      number of empty buckets between this one and the previous one
///       count    number, from 1
///   groups       number of groups with requests; then each, in order: its number, and the number of its requests
/// log            1 byte, 1 if there is a prediction log, else 0; then its numbers in the order of <see cref="LogReport"/>
/// </code>
/// Numbers are written by <see cref="BinaryWriter.Write7BitEncodedInt64"/>. A histogram of a few thousand requests has about 150 bytes.
/// </remarks>
internal static class ProcessReportFormat
{
    // More than any report has: 16 streams of 4 histograms of 896 buckets with 1 and 5 bytes each.
    internal const int MaxBytes = 512 * 1024;

    private const byte FormatVersion = 3;
    private const byte WithoutLog = 2;
    // So that no sum of processes overflows.
    private const long MaxCount = (1L << 48) - 1;

    internal static byte[] Write(ProcessReport report)
    {
        using var bytes = new MemoryStream(256);
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(FormatVersion);
        to.Write(report.IsLeaving);
        to.Write7BitEncodedInt64(report.Streams.Count);
        foreach (var stream in report.Streams)
        {
            to.Write(stream.Variant);
            to.Write7BitEncodedInt64(stream.Trial);
            foreach (var kind in Enum.GetValues<AnswerKind>())
                Write(to, stream.Counts, kind);
            Write(to, stream.Groups);
        }

        Write(to, report.Log);
        to.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="ContractException">The bytes were not written by <see cref="Write(ProcessReport)"/>.</exception>
    internal static ProcessReport Read(ModelVersion version, Guid incarnation, byte[] bytes)
    {
        if (bytes.Length > MaxBytes)
            throw Fault($"it has {bytes.Length} bytes; at most {MaxBytes} are read");
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            var format = from.ReadByte();
            if (format is not (WithoutLog or FormatVersion))
                throw Fault($"its format is {format}; this program reads {WithoutLog} and {FormatVersion}");
            var isLeaving = from.ReadByte() == 1;
            var streams = new VariantCounts[Number(from, ProcessReport.MaxStreams, "number of streams")];
            for (var i = 0; i < streams.Length; i++)
            {
                streams[i] = new VariantCounts(from.ReadString(), (int)Number(from, int.MaxValue, "trial"), ReadCounts(from))
                {
                    Groups = ReadGroups(from),
                };
            }

            var log = format == WithoutLog ? null : ReadLog(from);
            return from.BaseStream.Position == bytes.Length
                ? new ProcessReport { Version = version, Incarnation = incarnation, IsLeaving = isLeaving, Log = log, Streams = streams }
                : throw Fault("there are bytes after its end");
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw Fault(e.Message, e);
        }
    }

    private static void Write(BinaryWriter to, RequestCounts counts, AnswerKind kind)
    {
        List<int> buckets = [.. Enumerable.Range(0, LatencyBuckets.Count).Where(bucket => counts.In(kind, bucket) > 0)];
        to.Write7BitEncodedInt64(buckets.Count);
        var next = 0;
        foreach (var bucket in buckets)
        {
            to.Write7BitEncodedInt64(bucket - next);
            to.Write7BitEncodedInt64(counts.In(kind, bucket));
            next = bucket + 1;
        }
    }

    private static RequestCounts ReadCounts(BinaryReader from)
    {
        var counts = new long[RequestCounts.Kinds * LatencyBuckets.Count];
        for (var kind = 0; kind < RequestCounts.Kinds; kind++)
        {
            var next = 0L;
            for (var left = Number(from, LatencyBuckets.Count, "number of buckets"); left > 0; left--)
            {
                var bucket = next + Number(from, LatencyBuckets.Count, "gap between buckets");
                if (bucket >= LatencyBuckets.Count)
                    throw Fault($"it counts in bucket {bucket} of {LatencyBuckets.Count}");
                counts[kind * LatencyBuckets.Count + bucket] = Number(from, MaxCount, "count", least: 1);
                next = bucket + 1;
            }
        }

        return RequestCounts.From(counts);
    }

    private static void Write(BinaryWriter to, LogReport? log)
    {
        to.Write(log is not null);
        if (log is null)
            return;
        foreach (var number in (ReadOnlySpan<long>)[log.Backlog, (long)log.BacklogAge.TotalMilliseconds, log.Aside, log.Lost])
            to.Write7BitEncodedInt64(Math.Clamp(number, 0, MaxCount));
    }

    private static LogReport? ReadLog(BinaryReader from) => from.ReadByte() != 1
        ? null
        : new LogReport(
            Number(from, MaxCount, "backlog"),
            TimeSpan.FromMilliseconds(Number(from, MaxCount, "age of the backlog")),
            Number(from, MaxCount, "number of records aside"),
            Number(from, MaxCount, "number of lost records"));

    private static void Write(BinaryWriter to, GroupCounts counts)
    {
        List<int> groups = [.. Enumerable.Range(0, GroupCounts.Groups).Where(group => counts[group] > 0)];
        to.Write7BitEncodedInt64(groups.Count);
        foreach (var group in groups)
        {
            to.Write7BitEncodedInt64(group);
            to.Write7BitEncodedInt64(counts[group]);
        }
    }

    private static GroupCounts ReadGroups(BinaryReader from)
    {
        Span<long> counts = stackalloc long[GroupCounts.Groups];
        counts.Clear();
        for (var left = Number(from, GroupCounts.Groups, "number of groups"); left > 0; left--)
            counts[(int)Number(from, GroupCounts.Groups - 1, "group")] = Number(from, MaxCount, "count", least: 1);
        return GroupCounts.From(counts);
    }

    private static long Number(BinaryReader from, long max, string what, long least = 0) =>
        from.Read7BitEncodedInt64() is var number && number >= least && number <= max
            ? number
            : throw Fault($"the {what} is {number}; it must be from {least} to {max}");

    private static ContractException Fault(string why, Exception? cause = null)
    {
        var message = $"a report can't be read: {why}";
        return cause is null ? new(message) : new(message, cause);
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace ModelServing.Hosting.Access;

/// <summary>The bytes of an <see cref="AccessRecord"/>. A reader skips a layout that it does not know.</summary>
/// <remarks>
/// <code>
/// 0   layout, 1       1  source, 1                  2   attempt      3   0
/// 4   status, 2       6  0, 2                       8   version, 4
/// 12  time in microseconds since 1970, 8            20  request, 16 36  trace, 16
/// 52  nine times in microseconds, 4 each; all ones for none
/// 88  model; variant or operation; reason: each a length of one byte, and UTF-8
/// </code>
/// Numbers are little-endian.
/// </remarks>
public static class AccessFormat
{
    /// <summary>The most bytes of a record.</summary>
    public const int MostBytes = TextStart + (3 * (1 + MostText));

    private const byte Layout = 1;
    private const int TextStart = 88;
    private const int MostText = 64;
    private const uint None = uint.MaxValue;

    private static readonly long MostMicroseconds =
        (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Writes a record, and returns its length.</summary>
    public static int Write(in AccessRecord record, Span<byte> to)
    {
        to[..TextStart].Clear();
        (to[0], to[1], to[2]) = (Layout, (byte)record.Source, (byte)record.Attempt);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], (ushort)record.Status);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], record.Version);
        var micros = (record.Time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        BinaryPrimitives.WriteInt64LittleEndian(to[12..], micros);
        record.RequestId.TryWriteBytes(to[20..]);
        BinaryPrimitives.WriteUInt128LittleEndian(to[36..], record.Trace);
        var times = record.Times;
        ReadOnlySpan<TimeSpan?> all =
        [
            times.Total, times.Routing, times.Failover, times.Version, times.Read, times.Features, times.Queue, times.Model, times.Encode,
        ];
        for (var i = 0; i < all.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(to[(52 + (4 * i))..], ToMicroseconds(all[i]));
        var length = TextStart;
        length += WriteText(record.Model, to[length..]);
        length += WriteText(record.Operation ?? record.Variant, to[length..]);
        return length + WriteText(record.Reason, to[length..]);
    }

    /// <summary>Reads a record; false for another layout.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out AccessRecord record)
    {
        record = default;
        if (from.Length < TextStart + 3 || from[0] != Layout || from[1] > (byte)AccessSource.Functions)
            return false;
        var source = (AccessSource)from[1];
        var micros = BinaryPrimitives.ReadInt64LittleEndian(from[12..]);
        if (micros < 0 || micros > MostMicroseconds)
            return false;
        var texts = from[TextStart..];
        if (!TryReadText(ref texts, out var model) || !TryReadText(ref texts, out var variant) || !TryReadText(ref texts, out var reason))
            return false;
        var isOfAttempt = source is AccessSource.Router or AccessSource.Version;
        record = new AccessRecord
        {
            Source = source,
            Attempt = from[2],
            Status = BinaryPrimitives.ReadUInt16LittleEndian(from[4..]),
            Version = BinaryPrimitives.ReadInt32LittleEndian(from[8..]),
            Time = DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond),
            RequestId = new Ulid(from.Slice(20, 16)),
            Trace = BinaryPrimitives.ReadUInt128LittleEndian(from[36..]),
            Times = new AccessTimes(TimeAt(from, 0) ?? TimeSpan.Zero)
            {
                Routing = TimeAt(from, 1),
                Failover = TimeAt(from, 2),
                Version = TimeAt(from, 3),
                Read = TimeAt(from, 4),
                Features = TimeAt(from, 5),
                Queue = TimeAt(from, 6),
                Model = TimeAt(from, 7),
                Encode = TimeAt(from, 8),
            },
            Model = model.Length == 0 ? null : model,
            Variant = isOfAttempt && variant.Length > 0 ? variant : null,
            Operation = !isOfAttempt && variant.Length > 0 ? variant : null,
            Reason = reason.Length == 0 ? null : reason,
        };
        return true;
    }

    private static uint ToMicroseconds(TimeSpan? time) =>
        time is { } known ? (uint)Math.Clamp(known.Ticks / TimeSpan.TicksPerMicrosecond, 0, None - 1) : None;

    private static TimeSpan? TimeAt(ReadOnlySpan<byte> from, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(from[(52 + (4 * index))..]) is var micros and not None
            ? TimeSpan.FromMicroseconds(micros)
            : null;

    // A text that is too long is cut off.
    private static int WriteText(string? text, Span<byte> to)
    {
        _ = Utf8.FromUtf16(text, to.Slice(1, MostText), out _, out var written);
        to[0] = (byte)written;
        return 1 + written;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> from, out string text)
    {
        text = "";
        if (from.IsEmpty || from[0] >= from.Length)
            return false;
        text = Encoding.UTF8.GetString(from.Slice(1, from[0]));
        from = from[(1 + from[0])..];
        return true;
    }
}

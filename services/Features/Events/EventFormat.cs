using System.Buffers.Binary;
using System.Text;

namespace ModelServing.Features.Events;

/// <summary>
/// Writes an event as a record of the event log. Numbers are little-endian, texts are UTF-8:
/// <code>
/// 0   1, the format
/// 1   time, 8 bytes: microseconds since 1970
/// 9   known time, 8 bytes
/// 17  source: its length, 1 byte, and the text; then the identifier in the same way
///     number of fields, 2 bytes; then for each field:
///       name: its length, 1 byte, and the text
///       kind, 1 byte (<see cref="FieldKind"/>)
///       int64, time: 8 bytes; bool: 1 byte; decimal: its scale, 1 byte, and 8 bytes; string: its length, 2 bytes, and the text
/// </code>
/// </summary>
public static class EventFormat
{
    /// <summary>The format that this program writes and reads.</summary>
    public const byte Version = 1;

    /// <summary>The most bytes of an event.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>The most fields of an event.</summary>
    public const int MostFields = 256;

    /// <summary>The most bytes of the name of a source or a field.</summary>
    public const int MostNameBytes = 64;

    /// <summary>Writes an event to the beginning of <paramref name="destination"/>, and returns its length.</summary>
    /// <exception cref="ArgumentException">The event is larger than <paramref name="destination"/>, or breaks a limit.</exception>
    public static int Write(FeatureEvent written, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(written);
        if (written.Fields.Count > MostFields)
            throw new ArgumentException($"the event has {written.Fields.Count} fields; at most {MostFields} are allowed", nameof(written));
        var rest = destination;
        Put(ref rest, Version);
        Put(ref rest, written.Time.Microseconds);
        Put(ref rest, written.KnownTime.Microseconds);
        PutShort(ref rest, written.Source);
        PutShort(ref rest, written.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(Take(ref rest, sizeof(ushort)), (ushort)written.Fields.Count);
        foreach (var (name, value) in written.Fields)
        {
            PutShort(ref rest, name);
            Put(ref rest, (byte)value.Kind);
            switch (value.Kind)
            {
                case FieldKind.Int64 or FieldKind.Time:
                    Put(ref rest, value.Number);
                    break;
                case FieldKind.Bool:
                    Put(ref rest, (byte)value.Number);
                    break;
                case FieldKind.Decimal:
                    Put(ref rest, value.Scale);
                    Put(ref rest, value.Number);
                    break;
                case FieldKind.String:
                    var length = Encoding.UTF8.GetByteCount(value.Text!);
                    BinaryPrimitives.WriteUInt16LittleEndian(Take(ref rest, sizeof(ushort)), checked((ushort)length));
                    Encoding.UTF8.GetBytes(value.Text, Take(ref rest, length));
                    break;
                default:
                    throw new ArgumentException($"the field {name} has no value", nameof(written));
            }
        }

        return destination.Length - rest.Length;
    }

    private static void Put(ref Span<byte> rest, byte value) => Take(ref rest, 1)[0] = value;

    private static void Put(ref Span<byte> rest, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(Take(ref rest, sizeof(long)), value);

    private static void PutShort(ref Span<byte> rest, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Put(ref rest, checked((byte)length));
        Encoding.UTF8.GetBytes(text, Take(ref rest, length));
    }

    private static Span<byte> Take(ref Span<byte> rest, int count)
    {
        if (count > rest.Length)
            throw new ArgumentException($"the event has more than {MostBytes} bytes");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

using System.Buffers.Binary;
using System.Text;

namespace ModelServing.Features.Events;

/// <summary>Reads events in the form of <see cref="EventFormat"/>. It keeps the names that it has read, so it is used by one
/// thread.</summary>
public sealed class EventReader
{
    // The names of an environment's sources and fields. More than that are not kept.
    private const int MostNames = 4096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    /// <summary>Reads an event.</summary>
    /// <exception cref="FormatException">The bytes are not an event.</exception>
    public FeatureEvent Read(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        if (TakeByte(ref rest) is var version and not EventFormat.Version)
            throw new FormatException($"the event has format {version}; this program reads format {EventFormat.Version}");
        var (time, known) = (TakeTime(ref rest), TakeTime(ref rest));
        var source = TakeName(ref rest);
        var id = Text(Take(ref rest, TakeByte(ref rest)));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rest, sizeof(ushort)));
        if (count > EventFormat.MostFields)
            throw new FormatException($"the event has {count} fields");
        var fields = new EventField[count];
        for (var i = 0; i < count; i++)
            fields[i] = new EventField(TakeName(ref rest), TakeValue(ref rest));
        if (rest.Length > 0)
            throw new FormatException($"{rest.Length} bytes follow the event");
        return new FeatureEvent { Source = source, Id = id, Time = time, KnownTime = known, Fields = fields };
    }

    private static FieldValue TakeValue(ref ReadOnlySpan<byte> rest)
    {
        var kind = (FieldKind)TakeByte(ref rest);
        try
        {
            return kind switch
            {
                FieldKind.Int64 => FieldValue.FromInt64(TakeNumber(ref rest)),
                FieldKind.Time => FieldValue.FromTime(TakeTime(ref rest)),
                FieldKind.Bool => FieldValue.FromBool(TakeByte(ref rest) != 0),
                FieldKind.Decimal when TakeByte(ref rest) is var scale => FieldValue.FromDecimal(TakeNumber(ref rest), scale),
                FieldKind.String => FieldValue.FromString(
                    Text(Take(ref rest, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rest, sizeof(ushort)))))),
                _ => throw new FormatException($"{(byte)kind} is not the kind of a field"),
            };
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static Instant TakeTime(ref ReadOnlySpan<byte> rest) => TakeNumber(ref rest) is var time && Instant.IsValid(time)
        ? new Instant(time)
        : throw new FormatException($"{time} is not a time");

    private static long TakeNumber(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, sizeof(long)));

    private static byte TakeByte(ref ReadOnlySpan<byte> rest) => Take(ref rest, 1)[0];

    private string TakeName(ref ReadOnlySpan<byte> rest)
    {
        var bytes = Take(ref rest, TakeByte(ref rest));
        Span<char> characters = stackalloc char[byte.MaxValue];
        if (!Encoding.UTF8.TryGetChars(bytes, characters, out var length))
            throw new FormatException("a name is too long");
        var known = names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(characters[..length], out var name))
            return name;
        name = Text(bytes);
        if (names.Count < MostNames)
            names[name] = name;
        return name;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("a text is not UTF-8", e);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count > rest.Length)
            throw new FormatException("the event ends too early");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

using System.Globalization;
using System.Text;

namespace ModelServing.Features.Events;

/// <summary>A value in an event. Numbers are exact, so a sum does not depend on the order of events.</summary>
public readonly record struct FieldValue
{
    /// <summary>The most digits after a decimal point.</summary>
    public const int MaxScale = 9;

    /// <summary>The most bytes of a text, in UTF-8.</summary>
    public const int MaxTextBytes = 256;

    private FieldValue(FieldKind kind, long number, byte scale = 0, string? text = null)
    {
        Kind = kind;
        Number = number;
        Scale = scale;
        Text = text;
    }

    public FieldKind Kind { get; }

    /// <summary>The number: of an int64 itself, of a decimal its steps, of a bool 0 or 1, of a time its microseconds.</summary>
    public long Number { get; }

    /// <summary>The number of digits after the decimal point, 0 to <see cref="MaxScale"/>.</summary>
    public byte Scale { get; }

    /// <summary>The text of a string; otherwise null.</summary>
    public string? Text { get; }

    public static FieldValue FromInt64(long number) => new(FieldKind.Int64, number);

    public static FieldValue FromBool(bool value) => new(FieldKind.Bool, value ? 1 : 0);

    public static FieldValue FromTime(Instant time) => new(FieldKind.Time, time.Microseconds);

    /// <summary>A decimal of <paramref name="steps"/> times 10^-<paramref name="scale"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not 0 to <see cref="MaxScale"/>.</exception>
    public static FieldValue FromDecimal(long steps, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, MaxScale);
        return new FieldValue(FieldKind.Decimal, steps, (byte)scale);
    }

    /// <exception cref="ArgumentException">The text has more than <see cref="MaxTextBytes"/> bytes.</exception>
    public static FieldValue FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encoding.UTF8.GetByteCount(text) <= MaxTextBytes
            ? new FieldValue(FieldKind.String, 0, 0, text)
            : throw new ArgumentException($"the text has more than {MaxTextBytes} bytes", nameof(text));
    }

    public override string ToString() => Kind switch
    {
        FieldKind.None => "nothing",
        FieldKind.Bool => Number == 0 ? "false" : "true",
        FieldKind.String => Text!,
        FieldKind.Time => Instant.IsValid(Number) ? new Instant(Number).ToString() : "a time out of range",
        FieldKind.Decimal => Steps(),
        _ => Number.ToString(CultureInfo.InvariantCulture),
    };

    private string Steps()
    {
        var digits = UInt128.Parse(Number.ToString(CultureInfo.InvariantCulture).TrimStart('-'), CultureInfo.InvariantCulture)
            .ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return (Number < 0 ? "-" : "") + (Scale == 0 ? digits : $"{digits[..^Scale]}.{digits[^Scale..]}");
    }
}

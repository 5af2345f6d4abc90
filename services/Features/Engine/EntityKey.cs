using System.Globalization;
using System.Text;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>The identity of an entity in a view.</summary>
/// <param name="Text">The values in the order of the definition's keys, joined by commas. Bytes other than letters, digits, <c>.</c>,
/// <c>_</c> and <c>-</c> are written as <c>%</c> and two digits, so different entities have different texts, and a text can be part of a
/// cache key or a URL.</param>
public readonly record struct EntityKey(string Text)
{
    /// <summary>The most bytes of one key's text, in UTF-8.</summary>
    public const int MaxTextBytes = 128;

    /// <summary>Makes a key from its values, which are int64 or string.</summary>
    /// <exception cref="ArgumentException">A value has another type, or is an empty or too long text.</exception>
    public static EntityKey From(params ReadOnlySpan<FieldValue> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            if (text.Length > 0)
                text.Append(',');
            if (!TryAppend(text, value))
            {
                throw new ArgumentException(
                    $"'{value}' is not an entity's key: an int64, or a text of 1 to {MaxTextBytes} bytes", nameof(values));
            }
        }

        return new EntityKey(text.ToString());
    }

    public override string ToString() => Text;

    internal static bool TryAppend(StringBuilder text, FieldValue value)
    {
        if (value.Kind == FieldKind.Int64)
        {
            text.Append(CultureInfo.InvariantCulture, $"{value.Number}");
            return true;
        }

        if (value.Kind != FieldKind.String || value.Text!.Length == 0 || Encoding.UTF8.GetByteCount(value.Text) > MaxTextBytes)
            return false;
        foreach (var b in Encoding.UTF8.GetBytes(value.Text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'_' or (byte)'-')
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return true;
    }
}

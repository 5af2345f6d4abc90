using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace ModelServing.Inference.Models;

/// <summary>A whole number of any width, signed or unsigned.</summary>
internal readonly struct WholeElement<T> : IElement<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static string Description => $"a whole number from {T.MinValue} to {T.MaxValue}";

    public static bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = T.Zero;
        return reader.TokenType == JsonTokenType.Number &&
            T.TryParse(reader.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static void Write(Utf8JsonWriter json, T value)
    {
        if (T.IsNegative(value))
            json.WriteNumberValue(long.CreateTruncating(value));
        else
            json.WriteNumberValue(ulong.CreateTruncating(value));
    }
}

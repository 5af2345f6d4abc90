using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pulumi;

/// <summary>Formats a provider's arguments that are not strings as JSON text, exactly as the protocol's own writer does.</summary>
internal static class WireJson
{
    private static readonly JsonSerializerOptions Strings = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static async Task<OutputData<string>> FormatAsync(string context, object value)
    {
        var data = await Wire.WriteAsync(context, value).ConfigureAwait(false);
        return new(data.Resources, data.IsKnown ? Format(data.Value) : null!, data.IsKnown, data.IsSecret);
    }

    private static string FormatPair(KeyValuePair<string, object> pair) => $"{Format(pair.Key)}: {Format(pair.Value)}";

    private static string Format(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        ImmutableArray<object> list => list.IsEmpty ? "[ ]" : $"[ {string.Join(", ", list.Select(Format))} ]",
        ImmutableDictionary<string, object> all => all.IsEmpty
            ? "{ }"
            : $"{{ {string.Join(", ", all.OrderBy(static p => p.Key, StringComparer.Ordinal).Select(FormatPair))} }}",
        _ => JsonSerializer.Serialize(value.ToString(), Strings),
    };
}

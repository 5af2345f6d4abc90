using System.Globalization;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>How a value of one type is written: the one place that reads it, describes it, and gives its JSON Schema.</summary>
/// <param name="Name">What a person calls it in a table.</param>
/// <param name="Read">Reads a text: the value, or what is wrong.</param>
/// <param name="Write">Writes a value as one would in a stack file.</param>
/// <param name="Schema">The JSON Schema of how it may be written.</param>
internal sealed record SettingForm(
    string Name,
    Func<string, SettingAttribute, (object? Value, string? Wrong)> Read,
    Func<object, string> Write,
    Func<SettingAttribute, JsonObject> Schema)
{
    private const string DurationPattern = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$";

    private static readonly Dictionary<Type, SettingForm> ByType = new()
    {
        [typeof(string)] = new("text", static (s, _) => (s, null), static v => (string)v, static _ => Text(null)),
        [typeof(int)] = new("whole number", ReadInt, static v => ((int)v).ToString(CultureInfo.InvariantCulture), static a => Number(a, "integer", "^[0-9]+$")),
        [typeof(ModelVersion)] = new(
            "version",
            static (s, _) => ModelVersion.TryParse(s, null, out var v) ? (v, null) : (null, $"'{s}' is not a version: {ModelVersion.Form}"),
            static v => v.ToString()!,
            static _ => Number(new SettingAttribute("") { Least = "1", Most = ModelVersion.MaxNumber.ToString(CultureInfo.InvariantCulture) }, "integer", "^[1-9][0-9]{0,8}$")),
        [typeof(Percent)] = new(
            "percent, 0 to 100",
            static (s, _) => Percent.Read(s, out var p) is { } wrong ? (null, wrong) : (p, null),
            static v => v.ToString()!,
            static _ => Number(new SettingAttribute("") { Least = "0", Most = "100" }, "number", "^[0-9]+(\\.[0-9]{1,2})?$", multipleOf: "0.01")),
        [typeof(TimeSpan)] = new("duration (`ms`, `s`, `m`, `h`)", ReadDuration, static v => WriteDuration((TimeSpan)v), static _ => Text(DurationPattern)),
        [typeof(HeaderName)] = new("header's name", ReadHeader, static v => ((HeaderName)v).Text, static _ => Text(HeaderName.Pattern)),
    };

    /// <summary>The form of a type; null for a group of settings.</summary>
    internal static SettingForm? Of(Type type) => ByType.GetValueOrDefault(Nullable.GetUnderlyingType(type) ?? type);

    private static (object?, string?) ReadInt(string text, SettingAttribute bounds)
    {
        var least = bounds.Least is { } l ? int.Parse(l, CultureInfo.InvariantCulture) : int.MinValue;
        var most = bounds.Most is { } m ? int.Parse(m, CultureInfo.InvariantCulture) : int.MaxValue;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return (null, $"'{text}' is not a whole number from {least} to {most}");
        return number >= least && number <= most ? ((int)number, null) : (null, $"{text} is not between {least} and {most}");
    }

    private static (object?, string?) ReadDuration(string text, SettingAttribute bounds)
    {
        if (!TryDuration(text, out var value))
            return (null, $"'{text}' is not a duration: a number with a unit, as in 50ms, 2s, 1.5m or 1h");
        if (bounds.Least is { } least && TryDuration(least, out var l) && value < l)
            return (null, $"{text} is shorter than {least}");
        if (bounds.Most is { } most && TryDuration(most, out var m) && value > m)
            return (null, $"{text} is longer than {most}");
        return (value, null);
    }

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().TrimEnd("hms");
        var milliseconds = text.AsSpan(digits.Length) switch { "ms" => 1m, "s" => 1000m, "m" => 60_000m, "h" => 3_600_000m, _ => 0 };
        if (milliseconds == 0 || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1_000_000)
            return false;
        value = TimeSpan.FromMicroseconds((double)(number * milliseconds * 1000));
        return true;
    }

    private static string WriteDuration(TimeSpan value) => value switch
    {
        { TotalMilliseconds: < 1000 } => Units(value.TotalMilliseconds, "ms"),
        { TotalSeconds: < 60 } => Units(value.TotalSeconds, "s"),
        _ => Units(value.TotalMinutes, "m"),
    };

    private static string Units(double number, string unit) => number.ToString("0.###", CultureInfo.InvariantCulture) + unit;

    private static (object?, string?) ReadHeader(string text, SettingAttribute bounds) =>
        HeaderName.TryParse(text, null, out var name) ? (name, null) : (null, $"'{text}' is not a header's name: {HeaderName.Form}");

    private static JsonObject Text(string? pattern) => pattern is null ? new JsonObject { ["type"] = "string" } : new JsonObject { ["type"] = "string", ["pattern"] = pattern };

    // `pulumi config set --path` writes fractions as texts, so a number may be either.
    private static JsonObject Number(SettingAttribute bounds, string type, string pattern, string? multipleOf = null)
    {
        var number = new JsonObject { ["type"] = type };
        if (bounds.Least is { } least)
            number["minimum"] = JsonNode.Parse(least);
        if (bounds.Most is { } most)
            number["maximum"] = JsonNode.Parse(most);
        if (multipleOf is not null)
            number["multipleOf"] = JsonNode.Parse(multipleOf);
        return new JsonObject { ["anyOf"] = new JsonArray(number, Text(pattern)) };
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings.Models;

namespace ModelServing.Settings.Schema;

/// <summary>How a value of one type is written: the one place that reads it, describes it, and gives its JSON Schema.</summary>
/// <param name="Name">What a person calls it in a table.</param>
/// <param name="Read">Reads a text: the value, or what is wrong.</param>
/// <param name="Write">Writes a value as one would in a stack file.</param>
/// <param name="Schema">The JSON Schema of how it may be written.</param>
public sealed record SettingForm(
    string Name,
    Func<string, SettingAttribute, (object? Value, string? Wrong)> Read,
    Func<object, string> Write,
    Func<SettingAttribute, JsonObject> Schema)
{
    private const string DurationPattern = $"^{PlainNumber.Pattern}(ms|s|m|h)$";
    private const string PercentPattern = "^(100(\\.0+)?|(0|[1-9][0-9]?)(\\.[0-9]{1,2}0*)?)$";

    private static readonly Dictionary<Type, SettingForm> ByType = new()
    {
        [typeof(string)] = new("text", ReadText, static v => (string)v, static a => a.Pattern is { } pattern ? Text(pattern) : new JsonObject { ["type"] = "string", ["minLength"] = 1 }),
        [typeof(bool)] = new(
            "`true` or `false`",
            static (s, _) => s is "true" or "false" ? (s == "true", null) : (null, $"'{Quoted.From(s)}' is not true or false"),
            static v => (bool)v ? "true" : "false",
            static _ => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "boolean" }, Text("^(true|false)$")) }),
        [typeof(SecretText)] = new(
            "encrypted text",
            static (s, a) => ReadText(s, a) is (string text, null) ? (SecretText.From(text), null) : ReadText(s, a),
            static v => v.ToString()!,
            static _ => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["secure"] = new JsonObject { ["type"] = "string" } },
                ["required"] = new JsonArray("secure"),
                ["additionalProperties"] = false,
            }),
        [typeof(int)] = new("whole number", ReadInt, static v => ((int)v).ToString(CultureInfo.InvariantCulture), static a => Number(a, "integer", $"^(0|[1-9][0-9]{{0,{(a.Most?.Length ?? 10) - 1}}})$")),
        [typeof(decimal)] = new("number", ReadDecimal, static v => ((decimal)v).ToString("0.######", CultureInfo.InvariantCulture), static a => Number(a, "number", $"^{PlainNumber.Pattern}$")),
        [typeof(ModelVersion)] = new(
            "version",
            static (s, _) => ModelVersion.TryParse(s, null, out var v) ? (v, null) : (null, $"'{Quoted.From(s)}' is not a version: {ModelVersion.Form}"),
            static v => v.ToString()!,
            static _ => Number(new SettingAttribute("") { Least = "1", Most = ModelVersion.MaxNumber.ToString(CultureInfo.InvariantCulture) }, "integer", "^[1-9][0-9]{0,8}$")),
        [typeof(Percent)] = new(
            "number of percent, 0 to 100",
            static (s, _) => PercentReader.Read(s, out var p) is { } wrong ? (null, wrong) : (p, null),
            static v => v.ToString()!,
            static _ => Number(new SettingAttribute("") { Least = "0", Most = "100" }, "number", PercentPattern)),
        [typeof(TimeSpan)] = new("duration (`ms`, `s`, `m`, `h`)", ReadDuration, static v => WriteDuration((TimeSpan)v), static _ => Text(DurationPattern)),
        [typeof(HeaderName)] = new("header's name", ReadHeader, static v => ((HeaderName)v).Text, static _ => Text(HeaderName.Pattern)),
    };

    /// <summary>The form of a type; null for a group of settings, a map and a list.</summary>
    internal static SettingForm? Find(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? OfEnum(plain) : ByType.GetValueOrDefault(plain);
    }

    private static SettingForm OfEnum(Type type)
    {
        var names = Enum.GetNames(type).ToDictionary(static name => char.ToLowerInvariant(name[0]) + name[1..], name => Enum.Parse(type, name), StringComparer.Ordinal);
        return new SettingForm(
            string.Join(" or ", names.Keys.Select(static name => $"`{name}`")),
            (s, _) => names.TryGetValue(s, out var value) ? (value, null) : (null, $"'{Quoted.From(s)}' is not {string.Join(" or ", names.Keys)}"),
            value => names.Single(pair => pair.Value.Equals(value)).Key,
            _ => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. names.Keys.Select(static name => JsonValue.Create(name))]) });
    }

    private static (object?, string?) ReadText(string text, SettingAttribute bounds)
    {
        if (text.Length == 0)
            return (null, "this is empty; leave the setting out to have its default");
        if (text.Any(char.IsControl))
            return (null, $"'{Quoted.From(text)}' has a control character");
        return bounds.Pattern is not { } pattern || Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
            ? (text, null)
            : (null, $"'{Quoted.From(text)}' is not {bounds.Form}, as in {bounds.Example}");
    }

    private static (object?, string?) ReadInt(string text, SettingAttribute bounds)
    {
        var least = bounds.Least is { } l ? int.Parse(l, CultureInfo.InvariantCulture) : int.MinValue;
        var most = bounds.Most is { } m ? int.Parse(m, CultureInfo.InvariantCulture) : int.MaxValue;
        if (PlainNumber.Read(text)?.InSteps(0) is not { } number)
            return (null, $"'{Quoted.From(text)}' is not a whole number from {least} to {most} in plain digits");
        return number >= least && number <= most ? ((int)number, null) : (null, $"{Quoted.From(text)} is not between {least} and {most}");
    }

    private static (object?, string?) ReadDecimal(string text, SettingAttribute bounds)
    {
        const int Decimals = 6;
        if (PlainNumber.Read(text) is not { } number)
            return (null, $"'{Quoted.From(text)}' is not a number in plain digits, as in 1.5");
        if (number.InSteps(Decimals) is not { } steps)
            return (null, $"{Quoted.From(text)} is finer than 0.000001");
        var (least, most) = (PlainNumber.Read(bounds.Least)!.Value.InSteps(Decimals), PlainNumber.Read(bounds.Most)!.Value.InSteps(Decimals));
        return steps >= least && steps <= most ? (steps / 1_000_000m, null) : (null, $"{Quoted.From(text)} is not between {bounds.Least} and {bounds.Most}");
    }

    /// <summary>Reads a duration as settings have it, as in <c>50ms</c>, <c>2s</c>, <c>1.5m</c> or <c>1h</c>.</summary>
    /// <returns>The duration, or what is wrong.</returns>
    public static (TimeSpan? Value, string? Wrong) Duration(string text, SettingAttribute bounds)
    {
        var (value, wrong) = ReadDuration(text, bounds);
        return ((TimeSpan?)value, wrong);
    }

    private static (object?, string?) ReadDuration(string text, SettingAttribute bounds)
    {
        if (ReadMicroseconds(text) is not { } microseconds)
            return (null, $"'{Quoted.From(text)}' is not a duration: a number in plain digits with a unit, as in 50ms, 2s, 1.5m or 1h");
        if (bounds.Least is { } least && microseconds < ReadMicroseconds(least))
            return (null, $"{Quoted.From(text)} is shorter than {least}");
        if (bounds.Most is { } most && microseconds > ReadMicroseconds(most))
            return (null, $"{Quoted.From(text)} is longer than {most}");
        return microseconds % 1000 == 0 ? (TimeSpan.FromMilliseconds((long)(microseconds / 1000)), null) : (null, $"{Quoted.From(text)} is finer than 1ms");
    }

    // What is finer than a millionth of its unit is cut off to that: it is too fine in any case.
    private static decimal? ReadMicroseconds(string text)
    {
        var digits = text.AsSpan().TrimEnd("hms");
        var unit = text.AsSpan(digits.Length) switch { "ms" => 1_000m, "s" => 1_000_000m, "m" => 60_000_000m, "h" => 3_600_000_000m, _ => 0 };
        if (unit == 0 || PlainNumber.Read(digits) is not { IsNegative: false } number)
            return null;
        if (number.IsAbove(1_000_000))
            return 1_000_000 * unit;
        var fine = number.Fraction.Length > 6;
        var exact = (number with { Fraction = fine ? number.Fraction[..6] : number.Fraction }).InSteps(6)!.Value * unit / 1_000_000;
        return fine ? Math.Floor(exact) + 0.5m : exact;
    }

    private static string WriteDuration(TimeSpan value) => value switch
    {
        { TotalMilliseconds: < 1000 } => Units(value.TotalMilliseconds, "ms"),
        { TotalSeconds: < 60 } => Units(value.TotalSeconds, "s"),
        _ => Units(value.TotalMinutes, "m"),
    };

    private static string Units(double number, string unit) => number.ToString("0.###", CultureInfo.InvariantCulture) + unit;

    private static (object?, string?) ReadHeader(string text, SettingAttribute bounds) =>
        HeaderName.TryParse(text, null, out var name) ? (name, null) : (null, $"'{Quoted.From(text)}' is not a header's name: {HeaderName.Form}");

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    // `pulumi config set --path` writes fractions as texts, so a number may be either. How fine it is stands in the pattern only:
    // editors compute multipleOf in binary fractions and would refuse 12.5 as no multiple of 0.01.
    private static JsonObject Number(SettingAttribute bounds, string type, string pattern)
    {
        var number = new JsonObject { ["type"] = type };
        if (bounds.Least is { } least)
            number["minimum"] = JsonNode.Parse(least);
        if (bounds.Most is { } most)
            number["maximum"] = JsonNode.Parse(most);
        return new JsonObject { ["anyOf"] = new JsonArray(number, Text(pattern)) };
    }
}

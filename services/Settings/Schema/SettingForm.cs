using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Rollout;
using ModelServing.Settings.Models;

namespace ModelServing.Settings.Schema;

/// <summary>How values of one type are written in a stack file. Reading, documentation and JSON Schema of a type are all defined
/// here.</summary>
/// <param name="Name">The name of the form in the reference, without an article.</param>
/// <param name="Read">Reads a text. Returns the value or an error.</param>
/// <param name="Write">Writes a value in the form used in a stack file.</param>
/// <param name="Schema">Makes the JSON Schema of the form.</param>
public sealed record SettingForm(
    string Name,
    Func<string, SettingAttribute, (object? Value, string? Error)> Read,
    Func<object, string> Write,
    Func<SettingAttribute, JsonObject> Schema)
{
    private const string DurationPattern = $"^{PlainNumber.Pattern}(ms|s|m|h)$";
    private const string PercentPattern = "^(100(\\.0+)?|(0|[1-9][0-9]?)(\\.[0-9]{1,2}0*)?)$";

    private static readonly SettingAttribute VersionBounds =
        new("") { Min = "1", Max = ModelVersion.MaxNumber.ToString(CultureInfo.InvariantCulture) };

    private static readonly SettingAttribute PercentBounds = new("") { Min = "0", Max = "100" };

    private static readonly Dictionary<Type, SettingForm> ByType = new()
    {
        [typeof(string)] = new(
            "text",
            ReadText,
            static value => (string)value,
            static attribute => attribute.Pattern is { } pattern
                ? TextSchema(pattern)
                : new JsonObject { ["type"] = "string", ["minLength"] = 1 }),
        [typeof(bool)] = new(
            "`true` or `false`",
            static (text, _) => text is "true" or "false"
                ? (text == "true", null)
                : (null, $"'{Quoted.From(text)}' is not true or false"),
            static value => (bool)value ? "true" : "false",
            static _ => new JsonObject
            {
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "boolean" }, TextSchema("^(true|false)$")),
            }),
        [typeof(SecretText)] = new(
            "encrypted text",
            ReadSecret,
            static value => value.ToString()!,
            SecretSchema),
        [typeof(int)] = new(
            "whole number",
            ReadInt,
            static value => ((int)value).ToString(CultureInfo.InvariantCulture),
            static attribute => NumberSchema(attribute, "integer", $"^(0|[1-9][0-9]{{0,{(attribute.Max?.Length ?? 10) - 1}}})$")),
        [typeof(long)] = new(
            "whole number",
            ReadLong,
            static value => ((long)value).ToString(CultureInfo.InvariantCulture),
            static attribute => NumberSchema(attribute, "integer", $"^(0|[1-9][0-9]{{0,{(attribute.Max?.Length ?? 19) - 1}}})$")),
        [typeof(decimal)] = new(
            "number",
            ReadDecimal,
            static value => ((decimal)value).ToString("0.######", CultureInfo.InvariantCulture),
            static attribute => NumberSchema(attribute, "number", $"^{PlainNumber.Pattern}$")),
        [typeof(ModelVersion)] = new(
            "version",
            static (text, _) => ModelVersion.TryParse(text, null, out var version)
                ? (version, null)
                : (null, $"'{Quoted.From(text)}' is not a version: {ModelVersion.Form}"),
            static value => value.ToString()!,
            static _ => NumberSchema(VersionBounds, "integer", "^[1-9][0-9]{0,8}$")),
        [typeof(Percent)] = new(
            "percentage, 0 to 100",
            static (text, _) => PercentReader.Read(text, out var percent) is { } error ? (null, error) : (percent, null),
            static value => value.ToString()!,
            static _ => NumberSchema(PercentBounds, "number", PercentPattern)),
        [typeof(TimeSpan)] = new(
            "duration (`ms`, `s`, `m`, `h`)",
            ReadTimeSpan,
            static value => WriteDuration((TimeSpan)value),
            static _ => TextSchema(DurationPattern)),
        [typeof(OutcomeValue)] = new(
            "`true` or `false`, number, or text",
            static (text, _) => OutcomeForm.Read(text),
            static value => value.ToString()!,
            static _ => new JsonObject
            {
                ["type"] = new JsonArray("boolean", "number", "string"),
                ["minLength"] = 1,
                ["maxLength"] = OutcomeValue.MostText,
            }),
        [typeof(HeaderName)] = new(
            "header name",
            ReadHeader,
            static value => ((HeaderName)value).Text,
            static _ => TextSchema(HeaderName.Pattern)),
    };

    /// <summary>Reads a duration such as <c>50ms</c>, <c>2s</c>, <c>1.5m</c> or <c>1h</c>.</summary>
    /// <returns>The duration or an error.</returns>
    public static (TimeSpan? Value, string? Error) ReadDuration(string text, SettingAttribute bounds)
    {
        var (value, error) = ReadTimeSpan(text, bounds);
        return ((TimeSpan?)value, error);
    }

    /// <summary>The form of a type; null for a group of settings, a map and a list.</summary>
    internal static SettingForm? Find(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? ForEnum(plain) : ByType.GetValueOrDefault(plain);
    }

    private static SettingForm ForEnum(Type type)
    {
        var names = Enum.GetNames(type).ToDictionary(
            static name => char.ToLowerInvariant(name[0]) + name[1..],
            name => Enum.Parse(type, name),
            StringComparer.Ordinal);
        return new SettingForm(
            Alternatives(names.Keys.Select(static name => $"`{name}`")),
            (text, _) => names.TryGetValue(text, out var value)
                ? (value, null)
                : (null, $"'{Quoted.From(text)}' is not {Alternatives(names.Keys)}"),
            value => names.Single(pair => pair.Value.Equals(value)).Key,
            _ => new JsonObject
            {
                ["type"] = "string",
                ["enum"] = new JsonArray([.. names.Keys.Select(static name => JsonValue.Create(name))]),
            });
    }

    // "a or b"; "a, b or c".
    private static string Alternatives(IEnumerable<string> names)
    {
        var all = names.ToList();
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }

    private static (object?, string?) ReadText(string text, SettingAttribute attribute)
    {
        if (text.Length == 0)
            return (null, "this is empty; remove the setting to use its default");
        if (text.Any(char.IsControl))
            return (null, $"'{Quoted.From(text)}' contains a control character");
        if (attribute.Pattern is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking))
            return (null, $"'{Quoted.From(text)}' is not {attribute.Form}, such as {attribute.Example}");
        return (text, null);
    }

    // A message must not show any part of a secret.
    private static (object?, string?) ReadSecret(string text, SettingAttribute attribute) => ReadText(text, attribute) switch
    {
        (string read, null) => (SecretText.From(read), null),
        var (_, error) => (null, text.Length == 0 ? error : $"this is not {attribute.Form ?? "a text without control characters"}"),
    };

    // Only a secret with a pattern may be in plain text, and only in the stack file of one machine.
    private static JsonObject SecretSchema(SettingAttribute attribute)
    {
        var encrypted = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["secure"] = new JsonObject { ["type"] = "string" } },
            ["required"] = new JsonArray("secure"),
            ["additionalProperties"] = false,
        };
        return attribute.Pattern is { } pattern
            ? new JsonObject { ["anyOf"] = new JsonArray(encrypted, TextSchema(pattern)) }
            : encrypted;
    }

    private static (object?, string?) ReadInt(string text, SettingAttribute bounds) =>
        ReadWhole(text, bounds, int.MinValue, int.MaxValue) is (long number, null)
            ? ((int)number, null)
            : ReadWhole(text, bounds, int.MinValue, int.MaxValue);

    private static (object?, string?) ReadLong(string text, SettingAttribute bounds) =>
        ReadWhole(text, bounds, long.MinValue, long.MaxValue);

    private static (object?, string?) ReadWhole(string text, SettingAttribute bounds, long least, long most)
    {
        var min = bounds.Min is { } lower ? long.Parse(lower, CultureInfo.InvariantCulture) : least;
        var max = bounds.Max is { } upper ? long.Parse(upper, CultureInfo.InvariantCulture) : most;
        if (PlainNumber.Read(text)?.InSteps(0) is not { } number)
            return (null, $"'{Quoted.From(text)}' is not a whole number from {min} to {max} in plain digits");
        return number >= min && number <= max ? ((long)number, null) : (null, $"{Quoted.From(text)} is not between {min} and {max}");
    }

    private static (object?, string?) ReadDecimal(string text, SettingAttribute bounds)
    {
        const int Decimals = 6;
        if (PlainNumber.Read(text) is not { } number)
            return (null, $"'{Quoted.From(text)}' is not a number in plain digits, such as 1.5");
        if (number.InSteps(Decimals) is not { } steps)
            return (null, $"{Quoted.From(text)} has more than {Decimals} decimal places");
        var min = PlainNumber.Read(bounds.Min)!.Value.InSteps(Decimals);
        var max = PlainNumber.Read(bounds.Max)!.Value.InSteps(Decimals);
        return steps >= min && steps <= max
            ? (steps / 1_000_000m, null)
            : (null, $"{Quoted.From(text)} is not between {bounds.Min} and {bounds.Max}");
    }

    private static (object?, string?) ReadTimeSpan(string text, SettingAttribute bounds)
    {
        if (ReadMicroseconds(text) is not { } microseconds)
            return (null, $"'{Quoted.From(text)}' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h");
        if (bounds.Min is { } min && microseconds < ReadMicroseconds(min))
            return (null, $"{Quoted.From(text)} is shorter than {min}");
        if (bounds.Max is { } max && microseconds > ReadMicroseconds(max))
            return (null, $"{Quoted.From(text)} is longer than {max}");
        return microseconds % 1000 == 0
            ? (TimeSpan.FromMilliseconds((long)(microseconds / 1000)), null)
            : (null, $"{Quoted.From(text)} is not a whole number of milliseconds");
    }

    // A fraction of more than six digits is cut to six, and half a microsecond is added so it remains too fine to be accepted.
    private static decimal? ReadMicroseconds(string text)
    {
        var digits = text.AsSpan().TrimEnd("hms");
        var unit = text.AsSpan(digits.Length) switch
        {
            "ms" => 1_000m,
            "s" => 1_000_000m,
            "m" => 60_000_000m,
            "h" => 3_600_000_000m,
            _ => 0,
        };
        if (unit == 0 || PlainNumber.Read(digits) is not { IsNegative: false } number)
            return null;
        if (number.IsAbove(1_000_000))
            return 1_000_000 * unit;
        var isCut = number.Fraction.Length > 6;
        var exact = (number with { Fraction = isCut ? number.Fraction[..6] : number.Fraction }).InSteps(6)!.Value * unit / 1_000_000;
        return isCut ? Math.Floor(exact) + 0.5m : exact;
    }

    private static string WriteDuration(TimeSpan value) => value switch
    {
        { TotalMilliseconds: < 1000 } => WithUnit(value.TotalMilliseconds, "ms"),
        { TotalSeconds: < 60 } => WithUnit(value.TotalSeconds, "s"),
        _ => WithUnit(value.TotalMinutes, "m"),
    };

    private static string WithUnit(double number, string unit) => number.ToString("0.###", CultureInfo.InvariantCulture) + unit;

    private static (object?, string?) ReadHeader(string text, SettingAttribute attribute) => HeaderName.TryParse(text, null, out var name)
        ? (name, null)
        : (null, $"'{Quoted.From(text)}' is not a header name: {HeaderName.Form}");

    private static JsonObject TextSchema(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    // `pulumi config set --path` writes fractions as texts, so a number may be either. Only the pattern limits the decimal places:
    // editors compute multipleOf in binary fractions and would reject 12.5 because it is not a multiple of 0.01.
    private static JsonObject NumberSchema(SettingAttribute bounds, string type, string pattern)
    {
        var number = new JsonObject { ["type"] = type };
        if (bounds.Min is { } min)
            number["minimum"] = JsonNode.Parse(min);
        if (bounds.Max is { } max)
            number["maximum"] = JsonNode.Parse(max);
        return new JsonObject { ["anyOf"] = new JsonArray(number, TextSchema(pattern)) };
    }
}

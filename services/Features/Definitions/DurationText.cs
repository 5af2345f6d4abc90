using System.Globalization;

namespace ModelServing.Features.Definitions;

/// <summary>Durations as a view's file has them: a whole number with a unit.</summary>
public static class DurationText
{
    /// <summary>The form of a duration, for messages.</summary>
    public const string Form = "a whole number with a unit, such as 500ms, 30s, 15m, 6h or 7d";

    /// <summary>The form of a duration, as a regular expression (ECMA 262).</summary>
    public const string Pattern = "^(0|[1-9][0-9]{0,11})(ms|s|m|h|d)$";

    private static readonly (string Text, long Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads a duration; null if the text is not one, or is longer than <see cref="ViewRules.MaxDuration"/>.</summary>
    public static TimeSpan? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.TrimEnd('m', 's', 'h', 'd');
        var unit = Array.Find(Units, unit => text.AsSpan(digits.Length).SequenceEqual(unit.Text)).Milliseconds;
        if (unit == 0 || digits is [] or ['0', _, ..] || digits.Length > 12 ||
            !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return number <= ViewRules.MaxDuration.TotalMilliseconds / unit ? TimeSpan.FromMilliseconds(number * unit) : null;
    }

    /// <summary>Writes a duration in its largest whole unit.</summary>
    public static string Write(TimeSpan duration)
    {
        var milliseconds = duration.Ticks / TimeSpan.TicksPerMillisecond;
        var unit = Units.Last(unit => milliseconds % unit.Milliseconds == 0 && (milliseconds != 0 || unit.Text == "s"));
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / unit.Milliseconds}{unit.Text}");
    }
}

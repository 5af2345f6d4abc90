using System.Globalization;

namespace ModelServing.Contracts;

/// <summary>The value of <see cref="HeaderNames.RequestTimeout"/>.</summary>
public static class RequestTimeout
{
    /// <summary>The form of the value, for messages.</summary>
    public const string Form = "a whole number of milliseconds from 1";

    private const int MaxDigits = 18;

    /// <summary>Reads a value: digits and nothing else. A longer time than a day counts as a day.</summary>
    /// <returns>False if the value has another form.</returns>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length > MaxDigits
            || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds == 0)
            return false;
        timeout = TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)TimeSpan.FromDays(1).TotalMilliseconds));
        return true;
    }
}

using System.Globalization;

namespace ModelServing.Contracts;

/// <summary>The value of <see cref="HeaderNames.RequestTimeout"/>.</summary>
public static class RequestTimeout
{
    /// <summary>What the value has to be, for a message.</summary>
    public const string Form = "a whole number of milliseconds from 1";

    private const int MaxDigits = 18;

    /// <summary>Reads a value: digits and nothing else. One longer than a day counts as a day.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="timeout">How long the client waits.</param>
    /// <returns>False when it is no such value.</returns>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length > MaxDigits || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds == 0)
            return false;
        timeout = TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)TimeSpan.FromDays(1).TotalMilliseconds));
        return true;
    }
}

using System.Globalization;
using System.Text;

namespace ModelServing.Contracts;

/// <summary>Reads settings from a host's environment; each error names the variable.</summary>
/// <param name="get">Gives a variable's value, or null when it is not set.</param>
public sealed class HostEnvironment(Func<string, string?> get)
{
    /// <summary>The environment of this process.</summary>
    public static HostEnvironment OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The variable of a setting: <c>DrainDelay</c> is <c>MODELSERVING_DRAIN_DELAY</c>.</summary>
    public static string NameOf(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var name = new StringBuilder(HostSettings.Prefix);
        for (var i = 0; i < setting.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(setting[i]))
                name.Append('_');
            name.Append(char.ToUpperInvariant(setting[i]));
        }

        return name.ToString();
    }

    internal string? Get(string variable) => get(variable) is { Length: > 0 } value ? value : null;

    internal string Require(string setting, string what) => Get(NameOf(setting))
        ?? throw new ContractException($"the environment variable {NameOf(setting)} is not set; it has to be {what}");

    internal T Read<T>(string setting, T unset, Func<string, T?> read, string what) => Get(NameOf(setting)) is not { } text
        ? unset
        : read(text) ?? throw Wrong(setting, text, what);

    internal bool ReadFlag(string setting) => Read<bool?>(setting, false, static s => bool.TryParse(s, out var b) ? b : null, "'true' or 'false'")!.Value;

    internal TimeSpan ReadSeconds(string setting, TimeSpan unset) => Read<TimeSpan?>(
        setting,
        unset,
        static s => decimal.TryParse(s, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null,
        "a number of seconds from 0 to 86400")!.Value;

    // How long a minute of the metrics lasts. A shorter one would be over before a report of it could be on its way.
    internal TimeSpan ReadMinute(string setting, TimeSpan unset) => ReadSeconds(setting, unset) is var minute && minute >= TimeSpan.FromSeconds(1)
        ? minute
        : throw Wrong(setting, Seconds(minute), "at least 1 second");

    internal long ReadWhole(string setting, long unset, long least, long most) => Read<long?>(
        setting,
        unset,
        s => long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null,
        $"a whole number from {least} to {most}")!.Value;

    // In decimals: a double's digits may have an exponent, and not every tick comes back from them.
    internal static string Seconds(TimeSpan time) => (time.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture);

    internal static ContractException Wrong(string setting, string value, string what) =>
        new($"the environment variable {NameOf(setting)} is '{value}'; it has to be {what}");
}

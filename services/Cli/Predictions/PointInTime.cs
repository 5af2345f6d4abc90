using System.Globalization;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary>A time on the command line: a time in ISO 8601, or how long ago it was, as in <c>90s</c>, <c>10m</c>, <c>2h</c> or
/// <c>3d</c>.</summary>
internal static class PointInTime
{
    internal const string Form = "how long ago, as in 90s, 10m, 2h or 3d, or a time, as in 2026-11-28T10:30:00Z";

    /// <summary>Reads the value of <paramref name="option"/>.</summary>
    /// <exception cref="CommandException">The text is neither.</exception>
    internal static DateTimeOffset Parse(string option, string text, DateTimeOffset now)
    {
        if (IsoTime.TryParse(text, out var time))
            return time;
        var unit = text.Length == 0 ? ' ' : text[^1];
        var seconds = unit switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (seconds > 0
            && long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= (now - DateTimeOffset.UnixEpoch).TotalSeconds / seconds)
            return now.AddSeconds(-count * seconds);
        throw new CommandException(ExitCode.WrongInput, $"{option}: '{text}' must be {Form}");
    }
}

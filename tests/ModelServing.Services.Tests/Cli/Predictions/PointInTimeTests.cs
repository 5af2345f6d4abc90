using System.Globalization;
using ModelServing.Cli;
using ModelServing.Cli.Predictions;

namespace ModelServing.Services.Tests.Cli.Predictions;

public class PointInTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90s", "2026-11-28T09:58:30Z")]
    [InlineData("10m", "2026-11-28T09:50:00Z")]
    [InlineData("2h", "2026-11-28T08:00:00Z")]
    [InlineData("3d", "2026-11-25T10:00:00Z")]
    [InlineData("0s", "2026-11-28T10:00:00Z")]
    [InlineData("2026-11-28T11:00:00+02:00", "2026-11-28T09:00:00Z")]
    [InlineData("2026-11-27", "2026-11-27T00:00:00Z")]
    public void A_duration_is_a_time_ago_and_a_time_is_itself(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), PointInTime.Parse("--since", text, Now));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("10")]
    [InlineData("-1m")]
    [InlineData("1.5h")]
    [InlineData("10 m")]
    [InlineData("1w")]
    [InlineData("99999999999999999999d")]
    [InlineData("30000d")]
    [InlineData("yesterday")]
    public void Anything_else_is_refused_with_the_option(string text)
    {
        var e = Assert.Throws<CommandException>(() => PointInTime.Parse("--since", text, Now));
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.StartsWith($"--since: '{text}' must be how long ago", e.Lines[0], StringComparison.Ordinal);
    }
}

using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>docs/operations.md has every alarm, and what to do at it.</summary>
public class AlarmsDocumentTests
{
    private static readonly string[][] Rows = [.. File.ReadLines(Repository.Combine("docs", "operations.md"))
        .SkipWhile(static line => line != "## Alarms").Skip(1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(static line => line.Trim('|', ' ').Split(" | "))];

    private static readonly AlarmDefinition[] All = [.. ModelAlarms.All, .. PlatformAlarms.All];

    [Fact]
    public void Every_alarm_is_in_the_table_and_no_other() =>
        Assert.Equal(All.Select(static alarm => $"`{alarm.Name}`").Order(StringComparer.Ordinal), Rows.Select(static row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void A_row_says_how_grave_it_is_whom_it_tells_and_what_to_do() => Assert.All(Rows, static row =>
    {
        var alarm = All.Single(alarm => row[0] == $"`{alarm.Name}`");
        Assert.Equal(5, row.Length);
        Assert.Equal(alarm.Severity.ToString(), row[1], ignoreCase: true);
        Assert.Equal(alarm.Route.ToString(), row[2], ignoreCase: true);
        // The bound and the pending time, as the query has them.
        if (alarm.Pending > TimeSpan.FromMinutes(1))
            Assert.Contains($"{alarm.Pending.TotalMinutes:0} minutes", row[3], StringComparison.Ordinal);
        Assert.True(row[4].Length > 20, $"{alarm.Name}: what is to be done?");
    });
}

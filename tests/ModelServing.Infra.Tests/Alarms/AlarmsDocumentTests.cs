using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Alarms;

/// <summary>docs/operations.md lists every alarm, with the steps to take.</summary>
public class AlarmsDocumentTests
{
    private static readonly string[][] Rows = [.. File.ReadLines(Repository.Combine("docs", "operations.md"))
        .SkipWhile(static line => line != "## Alarms").Skip(1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(static line => line.Trim('|', ' ').Split(" | "))];

    private static readonly AlarmDefinition[] All = [.. ModelAlarms.All, .. PlatformAlarms.All, .. SomeEnvironment.SomeSplitterAlarms];

    [Fact]
    public void The_table_has_every_alarm_and_no_others() =>
        Assert.Equal(
            All.Select(static alarm => $"`{alarm.Name}`").Order(StringComparer.Ordinal),
            Rows.Select(static row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void A_row_has_the_severity_the_topic_and_the_steps_to_take() => Assert.All(Rows, static row =>
    {
        var alarm = All.Single(alarm => row[0] == $"`{alarm.Name}`");
        Assert.Equal(5, row.Length);
        Assert.Equal(alarm.Severity.ToString(), row[1], ignoreCase: true);
        Assert.Equal(alarm.Route.ToString(), row[2], ignoreCase: true);
        // The pending time is that of the definition.
        if (alarm.Pending > TimeSpan.FromMinutes(1))
            Assert.Contains($"{alarm.Pending.TotalMinutes:0} minutes", row[3], StringComparison.Ordinal);
        Assert.True(row[4].Length > 20, $"{alarm.Name}: the row does not say what to do");
    });
}

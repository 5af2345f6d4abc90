using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.Tests.Rendering;

namespace ModelServing.Infra.Tests.Alarms;

/// <summary>The rules that every alarm follows, about models or about the platform.</summary>
public class AlarmDefinitionsTests
{
    private static readonly AlarmDefinition[] All = [.. ModelAlarms.All, .. PlatformAlarms.All, .. SomeEnvironment.SomeSplitterAlarms];

    [Fact]
    public void Every_alarm_has_a_name_of_its_own() => Assert.Equal(All.Length, All.Select(static alarm => alarm.Name).Distinct().Count());

    [Fact]
    public void Every_alarm_is_within_the_bounds_of_Monitoring() => Assert.All(All, static alarm =>
    {
        Assert.Matches("^[a-z]+(-[a-z]+)*$", alarm.Name);
        Assert.InRange(alarm.Pending, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
        Assert.Equal(0, alarm.Pending.Ticks % TimeSpan.TicksPerMinute);
        Assert.Matches(@"\[[1-9][0-9]?m\]", alarm.Query);
        Assert.NotEqual("", alarm.Text);
    });

    [Fact]
    public void No_alarm_about_the_platform_causes_a_rollback() => Assert.All(All.Except(ModelAlarms.All), static alarm =>
    {
        Assert.Equal(AlarmRoute.People, alarm.Route);
        Assert.StartsWith("oci_", alarm.Namespace, StringComparison.Ordinal);
    });
}

using ModelServing.Contracts.Monitoring;

namespace ModelServing.Services.Tests.Contracts.Monitoring;

public class AlarmNamesTests
{
    [Fact]
    public void Every_alarm_about_models_is_found_by_its_display_name_in_its_own_environment_only() =>
        Assert.All(ModelAlarms.All, static alarm =>
    {
        Assert.Same(alarm, AlarmNames.Find("modelserving", "dev", AlarmNames.From("modelserving", "dev", alarm.Name)));
        Assert.Same(alarm, AlarmNames.Find("modelserving", "dev", alarm.Name));
        Assert.Null(AlarmNames.Find("modelserving", "dev", AlarmNames.From("modelserving", "prod", alarm.Name)));
        Assert.Null(AlarmNames.Find("modelserving", "dev", AlarmNames.From("modelserving", "x-dev", alarm.Name)));
    });
}

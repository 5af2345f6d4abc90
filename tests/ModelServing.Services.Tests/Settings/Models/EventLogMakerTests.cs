using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class EventLogMakerTests
{
    [Fact]
    public void The_log_is_written_as_the_stack_file_says()
    {
        var log = EventLogMaker.Make(
            new FeatureSettings { Mode = EventLogMode.Disk, ShipAfter = TimeSpan.FromMilliseconds(1_200) }, "/events");
        // In whole seconds, never less than what was asked for.
        Assert.Equal(new EventLogSettings { Folder = "/events", Mode = SpoolMode.Disk, SealSeconds = 2 }, log);
    }

    [Fact]
    public void Without_settings_it_is_written_as_by_default() =>
        Assert.Equal(new EventLogSettings { Folder = "/events" }, EventLogMaker.Make(new FeatureSettings(), "/events"));
}

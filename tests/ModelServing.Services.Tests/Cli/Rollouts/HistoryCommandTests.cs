using System.Text.Json;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts.Admin;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class HistoryCommandTests
{
    [Fact]
    public void Each_event_is_described_in_a_line()
    {
        var plan = SomeEvents.Plan(1, 2);
        Assert.Equal("stable v1 95%, canary v2 5%", HistoryCommand.Describe(SomeEvents.Started(plan)));
        Assert.Equal("version 2 (canary, trial 1) by router-1", HistoryCommand.Describe(SomeEvents.RolledBack(2)));
        Assert.Equal(
            "version 2 (canary, trial 1) by router-1: 5 failures",
            HistoryCommand.Describe(SomeEvents.RolledBack(2, evidence: """{"summary":"5 failures"}""")));
        Assert.Equal("version 2, trial 2 begins, by ada: fixed", HistoryCommand.Describe(SomeEvents.Reset(2)));
        Assert.Equal(
            "version 2 is condemned; the plan was stable v1 95%, canary v2 5%",
            HistoryCommand.Describe(SomeEvents.Refused(plan, 2)));
    }

    [Fact]
    public void A_history_comes_back_as_it_was_written()
    {
        var written = new RolloutHistory(SomeEvents.Numbered([
            SomeEvents.Started(SomeEvents.Plan(1, 2)),
            SomeEvents.RolledBack(2, evidence: """{"summary":"x"}"""),
            SomeEvents.Reset(2),
        ]));
        var read = RolloutHistory.Parse(written.ToUtf8());
        Assert.Equal(
            written.Events.Select(static e => JsonSerializer.Serialize(JsonDocument.Parse(e.ToUtf8()))),
            read.Events.Select(static e => JsonSerializer.Serialize(JsonDocument.Parse(e.ToUtf8()))));
    }
}

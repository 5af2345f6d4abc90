using ModelServing.Contracts;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Journal;
using ModelServing.Services.Tests.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Functions.ModelMetrics;

/// <summary>Each minute, ModelMetrics asks the journal for what is new. A table in the cloud is paid by reads.</summary>
public sealed class RefusedRolloutsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_is_read_once_and_what_it_says_stays_known()
    {
        var store = new FakeJournalStore();
        store.Add(Numbered([RolledBack(2), Refused(Plan(2), 2)]));
        var read = new List<int>();
        store.Read = found =>
        {
            read.Add(found.Count());
            return found;
        };
        var rollouts = new RefusedRollouts(new RolloutJournal(store));
        for (var minute = 0; minute < 3; minute++)
            Assert.True((await rollouts.ReadAsync([Fraud], [], Token))[Fraud]);
        store.Add(Numbered([Applied(Plan(1))], from: 3));
        Assert.False((await rollouts.ReadAsync([Fraud], [], Token))[Fraud]);
        Assert.Equal([2, 0, 0, 1], read);
    }

    [Fact]
    public async Task A_model_whose_events_are_damaged_is_left_out_and_hides_no_other()
    {
        var store = new FakeJournalStore();
        store.Add(Numbered([RolledBack(2), Refused(Plan(2), 2)]));
        var churn = ModelName.Parse("churn");
        // The first event is missing.
        store.Add(RolledBack(2) with { Model = churn, Seq = 2 });
        List<string> damaged = [];
        var read = await new RefusedRollouts(new RolloutJournal(store)).ReadAsync([churn, Fraud], damaged, Token);
        Assert.Equal([(Fraud, true)], read.Select(static one => (one.Key, one.Value)));
        Assert.Contains("of churn", Assert.Single(damaged), StringComparison.Ordinal);
    }
}

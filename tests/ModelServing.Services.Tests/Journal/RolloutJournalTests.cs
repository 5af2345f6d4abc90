using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

public sealed class RolloutJournalTests
{
    private readonly FakeJournalStore store = new();
    private readonly RolloutJournal journal;

    public RolloutJournalTests() => journal = new RolloutJournal(store, new JournalLimits { Tries = 5, FirstDelay = TimeSpan.Zero });

    [Fact]
    public async Task Events_are_numbered_from_1_and_keep_their_content()
    {
        var first = SomeEvents.Started(SomeEvents.Plan(1, 2));
        Assert.Equal(new Appended(1, true), await AppendAsync(first));
        Assert.Equal(new Appended(2, true), await AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Equal([first with { Seq = 1 }], store.Events.Take(1));
    }

    [Fact]
    public async Task A_rollback_of_the_same_trial_is_written_once_even_with_other_events_in_between()
    {
        await AppendAsync(SomeEvents.RolledBack(2));
        await AppendAsync(SomeEvents.Reset(2));
        await AppendAsync(SomeEvents.Started(SomeEvents.Plan(1, 3)));
        Assert.Equal(new Appended(1, false), await AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Equal(new Appended(4, true), await AppendAsync(SomeEvents.RolledBack(2, trial: 2)));
        Assert.Equal(new Appended(5, true), await AppendAsync(SomeEvents.RolledBack(3)));
    }

    [Fact]
    public async Task A_reset_to_the_same_trial_is_written_once()
    {
        await AppendAsync(SomeEvents.Reset(2));
        Assert.Equal(new Appended(1, false), await AppendAsync(SomeEvents.Reset(2)));
        Assert.Equal(new Appended(2, true), await AppendAsync(SomeEvents.Reset(2, trial: 3)));
    }

    [Fact]
    public async Task A_rollout_is_written_again_only_after_another_one()
    {
        var (one, other) = (SomeEvents.Plan(1, 2), SomeEvents.Plan(1, 2, 1000));
        await AppendAsync(SomeEvents.Started(one));
        await AppendAsync(SomeEvents.RolledBack(9));
        Assert.Equal(new Appended(1, false), await AppendAsync(SomeEvents.Applied(one)));
        Assert.Equal(new Appended(3, true), await AppendAsync(SomeEvents.Applied(other)));
        Assert.Equal(new Appended(4, true), await AppendAsync(SomeEvents.Applied(one)));
    }

    [Fact]
    public async Task A_rollout_that_was_refused_can_be_applied_and_be_refused_again()
    {
        var rollout = SomeEvents.Plan(2);
        Assert.Equal(new Appended(1, true), await AppendAsync(SomeEvents.Refused(rollout, 2)));
        Assert.Equal(new Appended(1, false), await AppendAsync(SomeEvents.Refused(rollout, 2)));
        Assert.Equal(new Appended(2, true), await AppendAsync(SomeEvents.Applied(rollout)));
        Assert.Equal(new Appended(3, true), await AppendAsync(SomeEvents.Refused(rollout, 2, trial: 2)));
    }

    [Fact]
    public async Task Events_of_other_writers_are_read_first()
    {
        await AppendAsync(SomeEvents.Started(SomeEvents.Plan(1, 2)));
        store.Add(SomeEvents.RolledBack(2) with { Seq = 2 });
        Assert.Equal(new Appended(2, false), await AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Equal(new Appended(3, true), await AppendAsync(SomeEvents.RolledBack(3)));
    }

    [Fact]
    public async Task A_writer_that_loses_its_number_takes_the_next()
    {
        var others = 3;
        store.Putting = put =>
        {
            if (others-- > 0)
                store.Add(SomeEvents.RolledBack(100 + others) with { Seq = put.Seq });
        };
        Assert.Equal(new Appended(4, true), await AppendAsync(SomeEvents.RolledBack(2)));
    }

    [Fact]
    public async Task A_writer_that_loses_its_number_to_the_same_fact_is_done()
    {
        store.Putting = put => store.Add(SomeEvents.RolledBack(2) with { Seq = put.Seq });
        Assert.Equal(new Appended(1, false), await AppendAsync(SomeEvents.RolledBack(2)));
    }

    [Fact]
    public async Task A_writer_that_loses_again_and_again_fails()
    {
        var version = 100;
        store.Putting = put => store.Add(SomeEvents.RolledBack(version++) with { Seq = put.Seq });
        var e = await Assert.ThrowsAsync<JournalException>(() => AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Equal((JournalError.Unavailable, false), (e.Error, e.MayBeDone));
        Assert.Equal("the event rolledBack of fraud lost its number to other writers 5 times in the journal fake:", e.Message);
        Assert.Equal(5, store.Puts);
    }

    [Fact]
    public async Task A_successful_put_without_an_answer_is_not_repeated()
    {
        var lost = false;
        store.Put = _ =>
        {
            if (!lost)
            {
                lost = true;
                throw FakeJournalStore.Lost();
            }
        };
        Assert.Equal(new Appended(1, true), await AppendAsync(SomeEvents.Started(SomeEvents.Plan(1, 2))));
        Assert.Equal(1, store.Puts);
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task A_lost_put_is_repeated()
    {
        var lost = false;
        store.Putting = _ =>
        {
            if (!lost)
            {
                lost = true;
                throw FakeJournalStore.Lost();
            }
        };
        Assert.Equal(new Appended(1, true), await AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task A_put_that_takes_effect_late_is_not_doubled()
    {
        // The first put gets no answer, is still in flight, and arrives before the second one.
        JournalEvent? underWay = null;
        store.Putting = put =>
        {
            if (underWay is null)
            {
                underWay = put;
                throw FakeJournalStore.Lost();
            }

            store.Add(underWay);
            store.Putting = null;
        };
        Assert.Equal(new Appended(1, true), await AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task An_event_that_is_appended_again_after_a_failure_is_recorded_once()
    {
        var again = SomeEvents.Started(SomeEvents.Plan(1, 2));
        store.Put = static _ => throw FakeJournalStore.Lost();
        store.Reading = () =>
        {
            if (store.Puts > 0)
                throw new JournalException(JournalError.Unavailable, "away");
        };
        await Assert.ThrowsAsync<JournalException>(() => AppendAsync(again));
        (store.Put, store.Reading) = (null, null);
        Assert.Equal(new Appended(1, true), await AppendAsync(again));
        Assert.Single(store.Events);
    }

    [Fact]
    public async Task A_store_that_refuses_is_not_called_again()
    {
        store.Putting = static _ => throw new JournalException(JournalError.Unavailable, "404");
        Assert.Equal("404", (await Assert.ThrowsAsync<JournalException>(() => AppendAsync(SomeEvents.RolledBack(2)))).Message);
        Assert.Equal(1, store.Puts);
    }

    [Fact]
    public async Task A_store_that_never_answers_a_put_is_abandoned_and_the_event_reported_as_uncertain()
    {
        store.Putting = static _ => throw FakeJournalStore.Lost();
        var e = await Assert.ThrowsAsync<JournalException>(() => AppendAsync(SomeEvents.RolledBack(2)));
        Assert.True(e.MayBeDone);
        Assert.Equal("the event rolledBack of fraud may not be in the journal fake:: no answer came", e.Message);
        Assert.Equal(5, store.Puts);
    }

    [Fact]
    public async Task Events_are_sorted_by_number()
    {
        store.Add(SomeEvents.Numbered(Enumerable.Range(1, 9).Select(static i => SomeEvents.RolledBack(i))));
        store.Read = static events => events.Reverse();
        Assert.Equal([4, 5, 6, 7, 8, 9], (await journal.ReadAsync(SomeEvents.Fraud, 3, default)).Select(static e => e.Seq));
    }

    [Fact]
    public async Task An_event_that_was_put_behind_its_page_is_read_again()
    {
        store.Add(SomeEvents.Numbered(Enumerable.Range(1, 5).Select(static i => SomeEvents.RolledBack(i))));
        var reads = 0;
        store.Read = events => reads++ == 0 ? events.Where(static e => e.Seq != 4) : events;
        Assert.Equal([1, 2, 3, 4, 5], (await journal.ReadAsync(SomeEvents.Fraud, 0, default)).Select(static e => e.Seq));
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task A_missing_event_is_reported_and_nothing_is_appended_after_it()
    {
        store.Add(SomeEvents.RolledBack(1) with { Seq = 1 }, SomeEvents.RolledBack(3) with { Seq = 3 });
        foreach (var call in (Func<Task>[])[
            () => journal.ReadAsync(SomeEvents.Fraud, 0, default),
            () => AppendAsync(SomeEvents.RolledBack(2)),
        ])
        {
            var e = await Assert.ThrowsAsync<JournalException>(call);
            Assert.Equal((JournalError.Damaged, "the journal fake: has no event 2 of fraud, but has event 3"), (e.Error, e.Message));
        }

        Assert.Equal(0, store.Puts);
    }

    [Fact]
    public async Task An_event_that_breaks_the_contract_is_not_written()
    {
        await Assert.ThrowsAsync<ContractException>(() => AppendAsync(SomeEvents.RolledBack(2) with { Who = "" }));
        Assert.Empty(store.Events);
    }

    [Fact]
    public async Task A_canceled_call_throws_the_cancellation()
    {
        using var source = new CancellationTokenSource();
        store.Putting = _ =>
        {
            source.Cancel();
            throw FakeJournalStore.Lost();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => journal.AppendAsync(SomeEvents.RolledBack(2), source.Token));
        store.Putting = null;
        Assert.Equal(new Appended(1, true), await AppendAsync(SomeEvents.RolledBack(2)));
    }

    [Fact]
    public async Task An_append_that_got_no_answer_and_then_lost_its_number_each_time_is_known_not_to_be_done()
    {
        store.Putting = added =>
        {
            if (store.Puts == 1)
                throw FakeJournalStore.Lost();
            // Another writer is faster.
            store.Add(SomeEvents.RolledBack(store.Puts + 10) with { Seq = added.Seq });
        };
        var failure = await Assert.ThrowsAsync<JournalException>(() => AppendAsync(SomeEvents.RolledBack(2)));
        Assert.Equal((JournalError.Unavailable, false, 5), (failure.Error, failure.MayBeDone, store.Puts));
        Assert.Contains("lost its number to other writers 5 times", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(store.Events, static one => one is RolledBackEvent { Version.Number: 2 });
    }

    private Task<Appended> AppendAsync(JournalEvent added) => journal.AppendAsync(added, TestContext.Current.CancellationToken);
}

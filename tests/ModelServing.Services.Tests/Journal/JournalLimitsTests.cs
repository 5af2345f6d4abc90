using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

public sealed class JournalLimitsTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public async Task A_store_that_hangs_and_ignores_its_token_is_given_up_at_the_limit()
    {
        var journal = new RolloutJournal(new HungStore(), new JournalLimits { Answer = TimeSpan.FromSeconds(10) }, time);
        Task[] calls = [journal.ReadAsync(SomeEvents.Fraud, 0, default), journal.AppendAsync(SomeEvents.RolledBack(2), default)];
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.DoesNotContain(calls, static call => call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        foreach (var (call, mayBeDone) in calls.Zip([false, true]))
        {
            var e = await Assert.ThrowsAsync<JournalException>(() => call);
            Assert.Equal(
                (JournalError.Unavailable, "the journal hung: did not answer within 10 s", mayBeDone),
                (e.Error, e.Message, e.MayBeDone));
        }
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_a_fault_of_the_journal()
    {
        var journal = new RolloutJournal(new HungStore(), new JournalLimits { Answer = TimeSpan.FromSeconds(10) }, time);
        using var caller = new CancellationTokenSource();
        var call = journal.ReadAsync(SomeEvents.Fraud, 0, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Without_a_limit_a_call_waits_for_its_store()
    {
        var call = new RolloutJournal(new HungStore(), time: time).ReadAsync(SomeEvents.Fraud, 0, default);
        time.Advance(TimeSpan.FromDays(1));
        await Task.Yield();
        Assert.False(call.IsCompleted);
    }

    private sealed class HungStore : IJournalStore
    {
        public string Location => "hung:";

        public async IAsyncEnumerable<JournalEvent> ReadAsync(
            ModelName model,
            long after,
            long last,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task;
            yield break;
        }

        public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken) =>
            new TaskCompletionSource<bool>().Task;

        public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
            long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task;
            yield break;
        }

        public Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken) =>
            new TaskCompletionSource<bool>().Task;
    }
}

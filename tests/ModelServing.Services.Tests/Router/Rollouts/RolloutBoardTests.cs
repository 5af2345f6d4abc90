using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>How long a router holds what it has decided itself.</summary>
public sealed class RolloutBoardTests
{
    private readonly RolloutBoard board = new(isJournaled: true);

    [Fact]
    public void A_decision_is_held_until_the_journal_has_it_or_its_trial_is_over()
    {
        Update(Started(Plan(1, 2)));
        Assert.True(board.Condemn(RolledBack(2)));
        Assert.False(board.Condemn(RolledBack(2)));
        // Another event of the model is read first.
        Update(Started(Plan(1, 2)), RolledBack(3));
        Assert.Single(board.Decided);
        Assert.NotNull(board.StateOf(Fraud)!.Condemned(RolledBack(2).Version));
        Update(Started(Plan(1, 2)), RolledBack(3), RolledBack(2));
        Assert.Empty(board.Decided);
        Assert.NotNull(board.StateOf(Fraud)!.Condemned(RolledBack(2).Version));
    }

    [Fact]
    public void A_decision_about_a_trial_that_a_reset_has_ended_is_dropped()
    {
        Update(Started(Plan(1, 2)));
        Assert.True(board.Condemn(RolledBack(2)));
        Update(Started(Plan(1, 2)), Reset(2));
        Assert.Empty(board.Decided);
        Assert.Null(board.StateOf(Fraud)!.Condemned(RolledBack(2).Version));
        Assert.False(board.Condemn(RolledBack(2)));
        Assert.True(board.Condemn(RolledBack(2, trial: 2)));
    }

    [Fact]
    public async Task A_change_that_could_not_be_applied_comes_again()
    {
        Update(Started(Plan(1, 2)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => board.FollowAsync(
            static () => throw new InvalidOperationException("it can not be applied now"), stop.Token));
        var applied = 0;
        var following = board.FollowAsync(
            () =>
            {
                applied++;
                return stop.CancelAsync();
            },
            stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.WaitAsync(TimeSpan.FromMinutes(1), stop.Token));
        Assert.Equal(1, applied);
    }

    private void Update(params JournalEvent[] events) => board.Update(JournalState.Empty(Fraud).Apply(Numbered(events)));
}

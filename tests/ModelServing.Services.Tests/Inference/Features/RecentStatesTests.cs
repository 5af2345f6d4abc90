using ModelServing.Cache.Features;
using ModelServing.Features.Engine;
using ModelServing.Inference.Features;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.OnlineStore;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Features;

/// <summary>States are found for a moment, and their memory is given back only when no request uses them.</summary>
public sealed class RecentStatesTests
{
    private static readonly ViewStore View = new(new FeatureEngine(SomeViews.CardActivity()), null!, "dev");

    [Fact]
    public void States_are_found_for_a_moment()
    {
        var time = new SteppedTime();
        var recent = new RecentStates(time);
        var first = recent.Hold();
        Assert.False(first.TryGet(Query(1), out _));
        Assert.True(first.TryTake([Query(1)], Answers(1, 10).Answers));
        time.Advance(RecentStates.Kept - TimeSpan.FromTicks(1));
        var second = recent.Hold();
        Assert.True(second.TryGet(Query(1), out var answer));
        Assert.Equal(10, answer.Encoded.Length);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(recent.Hold().TryGet(Query(1), out _));
    }

    [Fact]
    public void The_memory_is_given_back_when_the_last_request_has_released_it()
    {
        var time = new SteppedTime();
        var recent = new RecentStates(time);
        var (one, other) = (recent.Hold(), recent.Hold());
        var (answers, values) = Answers(1, 10);
        Assert.True(one.TryTake([Query(1)], answers));
        time.Advance(RecentStates.Kept);
        recent.Hold().Release();
        one.Release();
        Assert.False(IsGivenBack(values));
        Assert.True(other.TryGet(Query(1), out _));
        other.Release();
        Assert.True(IsGivenBack(values));
        Assert.False(other.TryHold());
    }

    [Fact]
    public void The_memory_is_kept_while_further_requests_may_find_it()
    {
        var recent = new RecentStates(new SteppedTime());
        var (answers, values) = Answers(1, 10);
        var states = recent.Hold();
        Assert.True(states.TryTake([Query(1)], answers));
        states.Release();
        Assert.False(IsGivenBack(values));
        Assert.True(recent.Hold().TryGet(Query(1), out _));
    }

    [Theory]
    [InlineData(4096, 10, true)]
    [InlineData(4097, 10, false)]
    [InlineData(1, 16 * 1024 * 1024, true)]
    [InlineData(1, (16 * 1024 * 1024) + 1, false)]
    public void Too_many_states_stay_with_the_request(int count, int bytes, bool isTaken)
    {
        var states = new RecentStates(new SteppedTime()).Hold();
        var (answers, values) = Answers(count, bytes);
        Assert.Equal(isTaken, states.TryTake([.. Enumerable.Range(0, count).Select(Query)], answers));
        Assert.Equal(isTaken, states.TryGet(Query(0), out _));
        answers.Dispose();
        Assert.True(IsGivenBack(values));
        // What was refused takes no place.
        Assert.True(isTaken || states.TryTake([Query(7)], Answers(1, 10).Answers));
    }

    private static EntityQuery Query(int card) => new(View, SomeViews.Card(card));

    private static (OnlineAnswers Answers, LeasedValues Values) Answers(int count, int bytes)
    {
        var values = new LeasedValues([null]);
        var answer = new EntityAnswer(new byte[bytes], IsFilled: true);
        return (new OnlineAnswers([.. Enumerable.Repeat(answer, count)], values), values);
    }

    private static bool IsGivenBack(LeasedValues values)
    {
        try
        {
            return values[0] is not null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}

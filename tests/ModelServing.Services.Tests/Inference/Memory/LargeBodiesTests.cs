using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;

namespace ModelServing.Services.Tests.Inference.Memory;

public class LargeBodiesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_more_large_bodies_are_read_at_a_time_than_there_are_processors()
    {
        using var bodies = new LargeBodies();
        var places = new List<LargeBodies.Place>();
        for (var i = 0; i < Environment.ProcessorCount; i++)
            places.Add(await bodies.EnterAsync(TimeSpan.Zero, Token));
        await Assert.ThrowsAsync<OverBudgetException>(async () => await bodies.EnterAsync(TimeSpan.FromMilliseconds(1), Token));

        var waiting = bodies.EnterAsync(TimeSpan.FromMinutes(5), Token).AsTask();
        Assert.False(waiting.IsCompleted);
        places[0].Dispose();
        places[0] = await waiting;
        foreach (var place in places)
            place.Dispose();
        // One that was refused holds no place.
        for (var i = 0; i < Environment.ProcessorCount; i++)
            await bodies.EnterAsync(TimeSpan.Zero, Token);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_wait_any_longer_and_holds_no_place()
    {
        using var bodies = new LargeBodies();
        var places = new List<LargeBodies.Place>();
        for (var i = 0; i < Environment.ProcessorCount; i++)
            places.Add(await bodies.EnterAsync(TimeSpan.Zero, Token));
        using var left = new CancellationTokenSource();
        var waiting = bodies.EnterAsync(TimeSpan.FromMinutes(5), left.Token).AsTask();
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        places[0].Dispose();
        await bodies.EnterAsync(TimeSpan.Zero, Token);
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class RunGateTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SteppedTime time = new();
    private readonly InferenceMetrics metrics;

    public RunGateTests() => metrics = new InferenceMetrics(
        services.GetRequiredService<IMeterFactory>(),
        new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" });

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task It_runs_a_fixed_number_of_calls_and_refuses_requests_while_the_queue_is_full()
    {
        using var gate = new RunGate(1, 1, metrics, time);
        Assert.Equal(Turn.Granted, await gate.EnterAsync(null, default));
        Assert.False(gate.IsFull);
        var second = gate.EnterAsync(null, default).AsTask();
        Assert.True(gate.IsFull);
        Assert.Equal(Turn.QueueFull, await gate.EnterAsync(null, default));
        Assert.False(second.IsCompleted);
        gate.Leave();
        Assert.Equal(Turn.Granted, await second);
        Assert.False(gate.IsFull);
    }

    [Fact]
    public async Task A_caller_that_disconnects_makes_room_in_the_queue()
    {
        using var gate = new RunGate(1, 1, metrics, time);
        Assert.Equal(Turn.Granted, await gate.EnterAsync(null, default));
        using var leaving = new CancellationTokenSource();
        var second = gate.EnterAsync(TimeSpan.FromSeconds(1), leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = gate.EnterAsync(null, default).AsTask();
        gate.Leave();
        Assert.Equal(Turn.Granted, await third);
    }

    [Fact]
    public async Task A_request_that_waits_too_long_times_out_and_makes_room()
    {
        using var gate = new RunGate(1, 1, metrics, time);
        Assert.Equal(Turn.TimedOut, await gate.EnterAsync(TimeSpan.Zero, default));
        Assert.Equal(Turn.Granted, await gate.EnterAsync(TimeSpan.FromMilliseconds(1), default));
        var second = gate.EnterAsync(TimeSpan.FromMilliseconds(100), default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Turn.TimedOut, await second.WaitAsync(RawConnection.Patience));
        Assert.Equal(Turn.TimedOut, await gate.EnterAsync(TimeSpan.Zero, default));
        var third = gate.EnterAsync(TimeSpan.FromMilliseconds(100), default).AsTask();
        gate.Leave();
        Assert.Equal(Turn.Granted, await third);
    }

    [Fact]
    public async Task Without_a_queue_a_request_is_refused_unless_a_turn_is_free()
    {
        using var gate = new RunGate(2, 0, metrics, time);
        Assert.Equal(Turn.Granted, await gate.EnterAsync(null, default));
        Assert.Equal(Turn.Granted, await gate.EnterAsync(null, default));
        Assert.True(gate.IsFull);
        Assert.Equal(Turn.QueueFull, await gate.EnterAsync(null, default));
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference;

public sealed class RunGateTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly InferenceMetrics metrics;

    public RunGateTests() => metrics = new InferenceMetrics(
        services.GetRequiredService<IMeterFactory>(),
        new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" });

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task It_lets_as_many_run_as_it_is_told_and_turns_away_who_finds_the_queue_full()
    {
        using var gate = new RunGate(1, 1, metrics);
        Assert.True(await gate.EnterAsync(default));
        Assert.False(gate.IsFull);
        var second = gate.EnterAsync(default).AsTask();
        Assert.True(gate.IsFull);
        Assert.False(await gate.EnterAsync(default));
        Assert.False(second.IsCompleted);
        gate.Leave();
        Assert.True(await second);
        Assert.False(gate.IsFull);
    }

    [Fact]
    public async Task Who_gives_up_makes_room_in_the_queue()
    {
        using var gate = new RunGate(1, 1, metrics);
        Assert.True(await gate.EnterAsync(default));
        using var leaving = new CancellationTokenSource();
        var second = gate.EnterAsync(leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = gate.EnterAsync(default).AsTask();
        gate.Leave();
        Assert.True(await third);
    }

    [Fact]
    public async Task Without_a_queue_whoever_finds_no_turn_is_turned_away()
    {
        using var gate = new RunGate(2, 0, metrics);
        Assert.True(await gate.EnterAsync(default));
        Assert.True(await gate.EnterAsync(default));
        Assert.True(gate.IsFull);
        Assert.False(await gate.EnterAsync(default));
    }
}

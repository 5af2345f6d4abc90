using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Inference;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class ModelCallsTests
{
    [Theory]
    [InlineData(2, 40, 20)]
    [InlineData(2, 4, 12)]
    [InlineData(1, 40, int.MaxValue)]
    public void A_run_takes_half_of_the_requests_that_are_here_if_there_is_another_processor_for_the_rest(int turns, int requests, int most)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var calls = Create(services, turns);
        for (var i = 0; i < requests; i++)
            calls.Began(now: 0);
        Assert.Equal(most, calls.MostTogether);
    }

    // The host may stop while requests wait for their turn. One that then disposes of its answer must not end the process.
    [Fact]
    public void No_call_gets_an_answer_that_the_end_of_the_host_disposed_of()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var calls = Create(services, turns: 1);
        calls.ReturnAnswer(calls.BeginAnswer(CallerGroup.Unknown));

        calls.Dispose();

        calls.BeginAnswer(CallerGroup.Unknown).Dispose();
    }

    private static ModelCalls Create(IServiceProvider services, int turns)
    {
        var settings = new InferenceSettings
        {
            Model = ModelName.Parse("m"),
            Version = new ModelVersion(1),
            Registry = "file:x",
            Concurrency = turns,
        };
        var version = VersionSettings.Single(settings);
        var metrics = new InferenceMetrics(new InferenceInstruments(services.GetRequiredService<IMeterFactory>()), version);
        var budget = new ByteBudget(1024);
        var memory = new RequestMemory(budget, new MemoryShares(settings, budget), body: null!, sender: null!);
        return new ModelCalls(version, new SharedRuns(settings, watch: null!, TimeProvider.System, new ThreadTime()), metrics, memory);
    }
}

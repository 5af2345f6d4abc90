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
    // The host may stop while requests wait for their turn. One that then disposes of its answer must not end the process.
    [Fact]
    public void No_call_gets_an_answer_that_the_end_of_the_host_disposed_of()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var settings = new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" };
        var version = VersionSettings.Single(settings);
        var metrics = new InferenceMetrics(new InferenceInstruments(services.GetRequiredService<IMeterFactory>()), version);
        var budget = new ByteBudget(1024);
        var memory = new RequestMemory(budget, new MemoryShares(settings, budget), body: null!, sender: null!);
        var calls = new ModelCalls(version, new SharedRuns(settings, watch: null!, TimeProvider.System), metrics, memory);
        calls.ReturnAnswer(calls.BeginAnswer(CallerGroup.Unknown));

        calls.Dispose();

        calls.BeginAnswer(CallerGroup.Unknown).Dispose();
    }
}

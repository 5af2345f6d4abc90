using ModelServing.Contracts;
using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class ModelCallsTests
{
    // The host may stop while requests wait for their turn. One that then disposes of its answer must not end the process.
    [Fact]
    public void No_call_gets_an_answer_that_the_end_of_the_host_disposed_of()
    {
        using var metrics = new SomeInferenceMetrics();
        var settings = new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" };
        var calls = new ModelCalls(settings, watch: null!, metrics.Metrics, TimeProvider.System);
        calls.ReturnAnswer(calls.RentAnswer());

        calls.Dispose();

        calls.RentAnswer().Dispose();
    }
}

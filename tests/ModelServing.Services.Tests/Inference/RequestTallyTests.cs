using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Inference;
using ModelServing.Inference.Reporting;

namespace ModelServing.Services.Tests.Inference;

public sealed class RequestTallyTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RequestRecorder recorder = new();
    private readonly RequestTally tally;

    public RequestTallyTests()
    {
        var settings = new InferenceSettings { Model = ModelName.Parse("m"), Version = new ModelVersion(1), Registry = "file:x" };
        tally = new RequestTally(
            new InferenceMetrics(
                new InferenceInstruments(services.GetRequiredService<IMeterFactory>()), VersionSettings.Single(settings)),
            TimeProvider.System,
            recorder);
    }

    public void Dispose() => services.Dispose();

    [Theory]
    [InlineData(200, false, false, false, AnswerKind.Answered)]
    [InlineData(200, true, false, false, AnswerKind.NonFinite)]
    [InlineData(200, false, true, false, AnswerKind.ClientError)]
    [InlineData(400, false, false, false, AnswerKind.ClientError)]
    [InlineData(408, false, true, false, AnswerKind.ClientError)]
    [InlineData(500, false, false, false, AnswerKind.Failed)]
    [InlineData(500, false, false, true, AnswerKind.Failed)]
    [InlineData(503, false, false, true, AnswerKind.Failed)]
    [InlineData(504, false, false, false, AnswerKind.Failed)]
    [InlineData(504, false, false, true, AnswerKind.ClientError)]
    // What failed before the caller left is still a failure.
    [InlineData(504, false, true, false, AnswerKind.Failed)]
    [InlineData(500, false, true, false, AnswerKind.Failed)]
    public void An_answer_is_counted_by_whose_fault_it_is(int status, bool isNonFinite, bool hasLeft, bool isShortened, AnswerKind kind)
    {
        var context = new DefaultHttpContext();
        context.Response.StatusCode = status;
        var times = new AnswerTimes(0, TimeProvider.System);
        tally.Answered(context, hasLeft, isNonFinite, new RequestTime(0, TimeSpan.FromSeconds(1), isShortened), times);
        var counts = recorder.Read().Single().Counts;
        Assert.Equal((1L, 1L), (counts.Requests, counts.Count(kind)));
    }

    [Theory]
    [InlineData(0, AnswerKind.Failed)]
    [InlineData(500, AnswerKind.Failed)]
    [InlineData(501, AnswerKind.ClientError)]
    public void A_body_that_takes_long_shortens_the_time(int milliseconds, AnswerKind kind)
    {
        var began = TimeProvider.System.GetTimestamp();
        var context = new DefaultHttpContext();
        context.Response.StatusCode = 504;
        var times = new AnswerTimes(began, TimeProvider.System);
        times.HasRead(milliseconds == 0 ? 0 : began + (milliseconds * TimeProvider.System.TimestampFrequency / 1000));
        var requestTime = new RequestTime(began, TimeSpan.FromSeconds(1), false) { Least = TimeSpan.FromMilliseconds(500) };
        tally.Answered(context, hasLeft: false, isNonFinite: false, requestTime, times);
        Assert.Equal(1L, recorder.Read().Single().Counts.Count(kind));
    }
}

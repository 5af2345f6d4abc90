using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>No call of the model takes longer than its request has, and none costs other callers more than its turn.</summary>
public class TimeTests
{
    // Long enough that a watch sees it, short enough that a test can wait for its end.
    private const long ManyBoxes = 30_000;

    // Longer than any request of these tests has: whoever runs, has worked all the time.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Endless_requests_end_at_their_deadline_and_their_turns_are_free_again()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 2 });
        for (var round = 0; round < 3; round++)
        {
            var hostile = await Task.WhenAll(Enumerable.Range(0, 2).Select(
                _ => service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Request-Timeout", "1000"))));
            Assert.All(hostile, static answer => Assert.Equal(504, answer.Status));
            Assert.All(hostile, static answer => Assert.Contains(":problem:deadline", answer.Body, StringComparison.Ordinal));
            var (status, body) = await service.InferAsync(Count(3));
            Assert.True(status == 200, body);
            Assert.Equal(3, JsonNode.Parse(body)!["outputs"]![0]!["data"]![0]!.GetValue<int>());
        }

        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task The_work_of_a_request_leaves_out_the_time_that_others_took()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 1 });
        // On a busy machine, the other call may have ended before this one begins.
        for (var round = 0; round < 20; round++)
        {
            var other = service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Request-Timeout", "500"));
            await Task.Delay(100, TestContext.Current.CancellationToken);
            using var answer = await service.Client.PostAsync(
                InferencePaths.Infer(RunningInference.Model), new StringContent(Count(3)), TestContext.Current.CancellationToken);
            await other;
            var timing = answer.Headers.GetValues(HeaderNames.ServerTiming).Single();
            if (Part("queue") < 100)
                continue;
            Assert.InRange(Part("work"), 0, 50);
            return;

            double Part(string name) => double.Parse(
                Regex.Match(timing, $@"(?:^|, ){name};dur=([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        }

        Assert.Fail("no request had to wait");
    }

    [Theory]
    [InlineData(600, null)]
    [InlineData(400, "busy")]
    public async Task A_late_answer_is_the_versions_own_failure_only_if_its_own_work_took_the_time(int ofRun, string? outcome)
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(),
            static settings => settings with { Concurrency = 1 },
            threads: new KnownThreadTime(TimeSpan.FromMilliseconds(ofRun)));
        var late = await service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Request-Timeout", "1000"));
        Assert.Equal((504, outcome), (late.Status, late.Outcome));
    }

    [Fact]
    public async Task A_late_answer_of_a_request_that_only_waited_is_no_failure_of_the_version()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(),
            static settings => settings with { Concurrency = 1 },
            threads: new KnownThreadTime(Long));
        // On a busy machine, the second one may come first. Both are of one client, so only one of them has the turn at a time.
        for (var round = 0; round < 20; round++)
        {
            var first = service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Request-Timeout", "1000"), ("X-Model-Client-Group", "1"));
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var waiting = await service.SendAsync(
                Count(SomeSlowOnnx.Endless), ("X-Request-Timeout", "300"), ("X-Model-Client-Group", "1"));
            if ((waiting.Status, (await first).Outcome) is (504, null) && waiting.Outcome == "busy")
                return;
        }

        Assert.Fail("no request was late because it waited");
    }

    [Fact]
    public async Task A_request_without_a_deadline_has_the_time_of_the_setting()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        var (status, body) = await service.InferAsync(Count(SomeSlowOnnx.Endless));
        Assert.Equal(504, status);
        Assert.Contains("The request's 300 ms passed before the model had its answer", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_call_of_a_caller_that_leaves_is_ended()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 1 });
        for (var i = 0; i < 3; i++)
        {
            using var connection = await RawConnection.ConnectAsync(service.Address);
            var request = Count(SomeSlowOnnx.Endless);
            await connection.SendAsync(
                "POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nX-Model-Variant: canary\r\nX-Model-Trial: 1\r\n" +
                $"Content-Length: {request.Length}\r\n\r\n{request}");
            // Whether it runs already or still comes, it leaves the turn free.
            await Task.Delay(i * 100, TestContext.Current.CancellationToken);
        }

        // On a busy machine, a call may take longer to end than the next request would wait for it.
        await RunningRouter.UntilAsync(async () => (await service.InferAsync(Count(3))).Status == 200, "the turn is free again");
        Assert.Equal([AnswerKind.ClientError], (await service.CanaryCountsAsync(3)).Keys);
        await service.UntilMetricsMatch("""modelserving_inference_request_duration_seconds_count\{[^}]*status="499"[^}]*\} 3""");
    }

    [Fact]
    public async Task A_call_that_cannot_be_ended_is_answered_at_its_deadline_and_the_service_is_not_ready_until_it_ends()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Boxes(), static settings => settings with { Concurrency = 2 }, threads: new KnownThreadTime(Long));
        await HoldTurnAsync(service);
        await service.UntilNotReadyAsync("not ready: a call of the model can't be ended\n");
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        // The other turn still works.
        Assert.Equal(200, (await service.SendAsync(Boxes(3))).Status);
        await service.UntilReadyAsync();
        Assert.Equal(200, (await service.SendAsync(Boxes(3))).Status);
    }

    [Fact]
    public async Task While_calls_that_cannot_be_ended_hold_all_turns_requests_are_refused_at_once_with_the_reason()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Boxes(), static settings => settings with { Concurrency = 1 }, threads: new KnownThreadTime(Long));
        await HoldTurnAsync(service);
        await service.UntilNotReadyAsync("a call of the model can't be ended");
        var (status, body) = await service.InferAsync(Boxes(3));
        Assert.Equal(503, status);
        Assert.Contains("a call of the model can't be ended", body, StringComparison.Ordinal);
        await service.UntilReadyAsync();
        Assert.Equal(200, (await service.InferAsync(Boxes(3))).Status);
    }

    [Fact]
    public async Task Pinned_requests_leave_turns_to_assigned_ones()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 2, QueueLimit = 4 });
        using var end = new CancellationTokenSource();
        var pinned = Enumerable.Range(0, 20)
            .Select(_ => service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Model-Variant", "pinned"), ("X-Request-Timeout", "1500")))
            .ToList();
        for (var i = 0; i < 20; i++)
        {
            var assigned = await service.SendAsync(Count(3), ("X-Model-Variant", "canary"), ("X-Model-Trial", "1"));
            Assert.True(assigned.Status == 200, assigned.Body);
        }

        var answers = await Task.WhenAll(pinned);
        Assert.All(answers, static answer => Assert.True(answer.Status is 503 or 504, answer.Body));
        Assert.Contains(answers, static answer => answer.Body.Contains("2 pinned requests are already waiting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_client_that_fills_the_turns_and_the_queue_does_not_keep_others_from_their_answers(int turns)
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), settings => settings with { Concurrency = turns, QueueLimit = 4 });
        var hostile = Enumerable.Range(0, turns + 4)
            .Select(_ => service.SendAsync(Count(SomeSlowOnnx.Endless), ("X-Model-Client-Group", "7"), ("X-Request-Timeout", "300000")))
            .ToList();
        await service.UntilMetricsMatch("""modelserving_inference_queue_length\{[^}]*\} 4""");
        for (var i = 0; i < 20; i++)
        {
            var other = await service.SendAsync(Count(3), ("X-Model-Client-Group", $"{8 + (i % 3)}"));
            Assert.True(other.Status == 200, other.Body);
        }

        Assert.True(hostile.Count(static call => !call.IsCompleted) >= turns, "the hostile calls have ended");
        service.Client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(hostile));
    }

    [Theory]
    [InlineData("a warm-up that never ends")]
    [InlineData("an opening that cannot be ended")]
    public async Task A_version_that_takes_too_long_to_load_ends_the_process_with_the_reason(string kind)
    {
        var onnx = kind.StartsWith("a warm-up", StringComparison.Ordinal)
            ? SomeSlowOnnx.EndlessLoop()
            : SomeSlowOnnx.BoxesAtStart(ManyBoxes);
        await using var service = await RunningInference.StartAsync(
            onnx, static settings => settings with { LoadTimeout = TimeSpan.FromMilliseconds(200) });
        await service.UntilStoppingAsync();
        Assert.Equal(1, service.ExitCode);
        Assert.Contains(
            service.Log,
            static line => line.Message == "m version 3 was not open and warm within 0.2 s (MODELSERVING_LOAD_TIMEOUT)");
    }

    [Fact]
    public async Task A_host_whose_version_does_not_get_warm_stops_at_once_when_it_is_asked_to()
    {
        using var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        await registry.PublishAsync(
            RunningInference.Model, RunningInference.Version, SomeSlowOnnx.EndlessLoop(), TrainingInfo.None, default);
        await using var service = await RunningInference.StartOnAsync(new()
        {
            Model = RunningInference.Model,
            Version = RunningInference.Version,
            Registry = "file:" + folder.FullPath,
            DrainTimeout = TimeSpan.FromHours(1),
        });
        await service.UntilNotReadyAsync("loading m version 3");
        Assert.Equal("ok\n", await service.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        await service.StopAsync().WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, service.ExitCode);
    }

    // On a busy machine, a request's time may be over before a thread begins its call. Then it was late because of others.
    private static async Task HoldTurnAsync(RunningInference service)
    {
        for (var i = 0; i < 20; i++)
        {
            var hostile = await service.SendAsync(Boxes(ManyBoxes), ("X-Request-Timeout", "100"));
            Assert.Equal(504, hostile.Status);
            if (hostile.Outcome is null)
                return;
        }

        Assert.Fail("no call began in time");
    }

    private static string Count(long steps) =>
        $$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{steps}}]}]}""";

    private static string Boxes(long count) =>
        $$"""{"inputs":[{"name":"n","shape":[1],"datatype":"INT64","data":[{{count}}]}]}""";
}

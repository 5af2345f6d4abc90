using System.Text.Json.Nodes;
using ModelServing.Cache.Reports;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>What a caller does wrong is the caller's fault: it is answered as such, it is counted as such, and no log has a stack
/// trace.</summary>
public class CallerFaultTests
{
    private const string CanaryHead = "X-Model-Variant: canary\r\nX-Model-Trial: 1\r\n";

    // Longer than any request of these tests has: whoever runs, has worked all the time.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static readonly (string, string)[] Canary = [("X-Model-Variant", "canary"), ("X-Model-Trial", "1")];

    [Theory]
    [InlineData("\"smile \\ud83d\\ude00 \\\\ud83d\"", "smile \U0001F600 \\ud83d")]
    [InlineData("\"\\u00fc \u00fc \U0001F600\"", "\u00fc \u00fc \U0001F600")]
    public async Task Text_with_escapes_passes_through_unchanged(string element, string text)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        var answer = await service.SendAsync($$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[{{element}}]}]}""");
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(text, JsonNode.Parse(answer.Body)!["outputs"]![0]!["data"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_lengths_for_one_dimension_of_the_model_are_refused_with_both_inputs()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1, -1));
        var answer = await service.SendAsync(TwoInputs("[1,2]", "[1,2]", "[1,3]", "[1,1,1]"), Canary);
        Assert.Equal(400, answer.Status);
        Assert.Contains(
            "inputs: 'a' has the shape [1,2] with the length 2 in dimension 1 and " +
                "'b' has the shape [1,3] with the length 3 in dimension 1; " +
                "both lengths are the model's 'd1', so they must be the same",
            answer.Body,
            StringComparison.Ordinal);
        Assert.Equal([AnswerKind.ClientError], (await service.CanaryCountsAsync(1)).Keys);
    }

    [Fact]
    public async Task Lengths_that_only_the_model_finds_wrong_are_the_callers_fault()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddOfAnyLengths(Datatype.Fp32, -1, -1));
        var answer = await service.SendAsync(TwoInputs("[1,2]", "[1,2]", "[1,3]", "[1,1,1]"), Canary);
        Assert.True(answer.Status == 400, answer.Body);
        Assert.Contains(
            "inputs: the model can't run with these lengths, whatever the data are: 'a' [1,2], 'b' [1,3]",
            answer.Body,
            StringComparison.Ordinal);
        // Lengths that the model broadcasts are right.
        Assert.Equal(200, (await service.SendAsync(TwoInputs("[1,2]", "[1,2]", "[1,1]", "[1]"), Canary)).Status);
        var counts = await service.CanaryCountsAsync(2);
        Assert.Equal((1, 1), (counts[AnswerKind.ClientError], counts[AnswerKind.Answered]));
    }

    [Fact]
    public async Task A_model_that_fails_on_the_elements_has_failed_itself_whatever_code_the_runtime_gives_it()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Lookup());
        // For the runtime this is an invalid argument.
        var answer = await service.SendAsync("""{"inputs":[{"name":"i","shape":[2],"datatype":"INT64","data":[1,7]}]}""", Canary);
        Assert.True(answer.Status == 500, answer.Body);
        Assert.Contains("urn:modelserving:problem:model-failed", answer.Body, StringComparison.Ordinal);
        Assert.Contains("The model failed on these inputs in its node Gather", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("onnxruntime", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("out of data bounds", answer.Body, StringComparison.Ordinal);
        Assert.Equal([AnswerKind.Failed], (await service.CanaryCountsAsync(1)).Keys);
        Assert.Contains(service.Log, static line => line.Message.Contains("indices element out of data bounds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Datatype.Fp16)]
    [InlineData(Datatype.Fp32)]
    [InlineData(Datatype.Fp64)]
    public async Task A_non_finite_answer_to_a_non_finite_request_is_an_ordinary_answer(Datatype datatype)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(datatype, -1));
        foreach (var element in (string[])["\"NaN\"", "\"Infinity\"", "\"-Infinity\""])
        {
            var answer = await service.SendAsync(
                $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":[1,{{element}}]}]}""",
                Canary);
            Assert.True(answer.Status == 200, answer.Body);
            Assert.Contains($"\"data\":[1,{element}]", answer.Body, StringComparison.Ordinal);
            Assert.Null(answer.Outcome);
        }

        Assert.Equal([AnswerKind.Answered], (await service.CanaryCountsAsync(3)).Keys);
    }

    [Fact]
    public async Task A_text_that_names_NaN_is_a_non_finite_input_and_a_finite_input_is_not_excused_by_another_request()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.ParseNumbers());
        async Task<string?> OutcomeAsync(string text)
        {
            var answer = await service.SendAsync($$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["{{text}}"]}]}""");
            Assert.True(answer.Status == 200, answer.Body);
            return answer.Outcome;
        }

        Assert.Null(await OutcomeAsync("NaN"));
        Assert.Null(await OutcomeAsync("-inf"));
        Assert.Null(await OutcomeAsync("1"));
        // The model divides by it.
        Assert.Equal("non-finite", await OutcomeAsync("0"));
    }

    [Fact]
    public async Task A_deadline_that_the_caller_shortened_is_no_failure_of_the_version()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 1 }, threads: new KnownThreadTime(Long));
        var endless = $$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{SomeSlowOnnx.Endless}}]}]}""";
        var shortened = await service.SendAsync(
            endless, [.. Canary, ("X-Request-Timeout", "50"), ("X-Request-Timeout-Shortened", "1")]);
        Assert.Equal(504, shortened.Status);
        Assert.Contains("The request's 50 ms (shortened by its caller) passed", shortened.Body, StringComparison.Ordinal);
        Assert.Equal([AnswerKind.ClientError], (await service.CanaryCountsAsync(1)).Keys);

        Assert.Equal(504, (await service.SendAsync(endless, [.. Canary, ("X-Request-Timeout", "1000")])).Status);
        var counts = await service.CanaryCountsAsync(2);
        Assert.Equal((1, 1), (counts[AnswerKind.ClientError], counts[AnswerKind.Failed]));
    }

    [Theory]
    [InlineData(4000, 10, AnswerKind.Failed)]
    [InlineData(1000, 990, AnswerKind.ClientError)]
    public async Task A_body_that_leaves_too_little_time_is_the_callers_fault(int timeout, int least, AnswerKind kind)
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { Concurrency = 1 }, threads: new KnownThreadTime(Long));
        using var connection = await RawConnection.ConnectAsync(service.Address);
        var body = $$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{SomeSlowOnnx.Endless}}]}]}""";
        await connection.SendAsync(
            $"POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n{CanaryHead}X-Request-Timeout: {timeout}\r\n" +
            $"X-Request-Timeout-Shortened: below={least}\r\nContent-Length: {body.Length}\r\n\r\n{body[..^1]}");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        await connection.SendAsync(body[^1..]);
        Assert.Equal(504, (await connection.ReadMessageAsync())!.Status);
        Assert.Equal([kind], (await service.CanaryCountsAsync(1)).Keys);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF44\r\nx\r\n0\r\n\r\n")]
    [InlineData("xyz\r\n")]
    [InlineData("4\r\n{   garbage")]
    public async Task A_broken_body_is_a_bad_request(string chunks)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        using var connection = await RawConnection.ConnectAsync(service.Address);
        await connection.SendAsync(
            $"POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n{CanaryHead}Transfer-Encoding: chunked\r\n\r\n{chunks}");
        Assert.Equal(400, (await connection.ReadMessageAsync())!.Status);
        Assert.Equal([AnswerKind.ClientError], (await service.CanaryCountsAsync(1)).Keys);
        Assert.DoesNotContain(service.Log, static line => line.Exception is not null);
    }

    [Theory]
    [InlineData("Content-Length: 3000000", "{\"inputs\":", false)]
    [InlineData("Content-Length: 3000000", "{\"inputs\":", true)]
    [InlineData("Transfer-Encoding: chunked", "100\r\n{\"inputs\":", false)]
    [InlineData("Transfer-Encoding: chunked", "100\r\n{\"inputs\":", true)]
    public async Task A_caller_that_leaves_while_it_sends_has_left(string framing, string body, bool resets)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        const int Callers = 20;
        for (var i = 0; i < Callers; i++)
        {
            using var connection = await RawConnection.ConnectAsync(service.Address);
            await connection.SendAsync(
                $"POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n{CanaryHead}{framing}\r\nExpect: 100-continue\r\n\r\n");
            // It is sent when the service begins to read the body.
            Assert.Equal(100, (await connection.ReadHeadAsync())!.Status);
            await connection.SendAsync(body);
            await Task.Delay(i, TestContext.Current.CancellationToken);
            if (resets)
                connection.Reset();
        }

        Assert.Equal(
            [(AnswerKind.ClientError, (long)Callers)],
            (await service.CanaryCountsAsync(Callers)).Select(static kind => (kind.Key, kind.Value)));
        await service.UntilMetricsMatch(
            $$"""modelserving_inference_request_duration_seconds_count\{[^}]*status="499"[^}]*\} {{Callers}}""");
        Assert.DoesNotContain(service.Log, static line => line.Exception is not null);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_time_is_the_callers_fault()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        using var connection = await RawConnection.ConnectAsync(service.Address);
        await connection.SendAsync(
            $"POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n{CanaryHead}X-Request-Timeout: 100\r\nContent-Length: 1000\r\n\r\n{{");
        var answer = (await connection.ReadMessageAsync())!;
        Assert.Equal(408, answer.Status);
        Assert.Equal([AnswerKind.ClientError], (await service.CanaryCountsAsync(1)).Keys);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/json; charset=\"UTF-8\"", 200)]
    [InlineData("application/json; charset=iso-8859-1", 415)]
    [InlineData("text/plain;charset=utf-16", 415)]
    public async Task A_body_in_another_charset_is_refused(string type, int expected)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        using var content = new ByteArrayContent("""{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await service.Client.PostAsync("/v2/models/m/infer", content, TestContext.Current.CancellationToken);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    private static string TwoInputs(string shapeA, string dataA, string shapeB, string dataB) =>
        $$"""{"inputs":[{"name":"a","shape":{{shapeA}},"datatype":"FP32","data":{{dataA}}},{"name":"b","shape":{{shapeB}},"datatype":"FP32","data":{{dataB}}}]}""";
}

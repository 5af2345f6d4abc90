using Microsoft.AspNetCore.Http;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.OpenInference.Rest;

public class RestFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, CallFault.InvalidRequest)]
    [InlineData(401, CallFault.Unauthenticated)]
    [InlineData(403, CallFault.Forbidden)]
    [InlineData(404, CallFault.NotFound)]
    [InlineData(408, CallFault.DeadlineExceeded)]
    [InlineData(413, CallFault.InvalidRequest)]
    [InlineData(422, CallFault.InvalidRequest)]
    [InlineData(429, CallFault.TooManyRequests)]
    [InlineData(500, CallFault.ServerFailed)]
    [InlineData(502, CallFault.Unavailable)]
    [InlineData(503, CallFault.Unavailable)]
    [InlineData(504, CallFault.DeadlineExceeded)]
    [InlineData(302, CallFault.MalformedAnswer)]
    public async Task An_error_has_what_the_server_says_about_it(int status, CallFault fault)
    {
        await using var server = await StubServer.StartAsync(
            """{"type":"urn:modelserving:problem:some-reason","title":"t","status":1,"detail":"x is wrong","error":"x is wrong"}""",
            status,
            ("X-Model-Variant", "stable"));
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options());
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((fault, (int?)status, 1), (failure.Fault, failure.Status, failure.Attempts));
        Assert.Equal(("some-reason", "x is wrong", "stable"), (failure.Reason, failure.Detail, failure.Headers.Variant));
        Assert.Equal($"the server answered {status} some-reason: x is wrong", failure.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("""{"error":"only this"}""", null, "only this")]
    [InlineData("""{"type":"about:blank","title":"only this"}""", null, "only this")]
    [InlineData("""{"type":"https://example.org/problems/full"}""", "full", null)]
    [InlineData("""{"type":1,"error":2}""", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("<html>", null, null)]
    [InlineData("", null, null)]
    public async Task An_error_of_another_server_is_read_as_far_as_it_is_known(string body, string? reason, string? detail)
    {
        await using var server = await StubServer.StartAsync(body, 400);
        using var client = new OpenInferenceClient(server.Address);
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.GetModelMetadataAsync("m", null, Token));
        Assert.Equal((reason, detail), (failure.Reason, failure.Detail));
    }

    [Theory]
    [InlineData(503, "0", 2)]
    [InlineData(429, "0", 2)]
    [InlineData(503, "Fri, 02 Jan 2026 03:04:05 GMT", 2)]
    [InlineData(503, null, 1)]
    [InlineData(429, null, 1)]
    [InlineData(503, "60", 1)]
    [InlineData(500, "0", 1)]
    public async Task A_refused_call_is_sent_again_when_the_server_says_so(int status, string? retryAfter, int attempts)
    {
        await using var server = await StubServer.StartAsync((context, number) => number == 1
            ? StubServer.AnswerAsync(context, "{}", status, retryAfter is null ? [] : [("Retry-After", retryAfter)])
            : StubServer.AnswerAsync(context, SomeAnswers.Least));
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options());
        var failure = await Record.ExceptionAsync(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal(attempts, server.Requests.Count);
        Assert.Equal(attempts == 1, failure is OpenInferenceException);
        Assert.All(server.Requests, request => Assert.Equal(server.Requests[0].Text, request.Text));
    }

    [Fact]
    public async Task A_refused_connection_is_tried_again()
    {
        using var client = new OpenInferenceClient(new Uri($"http://{RawServer.NobodyThere()}"), SomeAnswers.Options());
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((CallFault.Unreachable, 3, (int?)null), (failure.Fault, failure.Attempts, failure.Status));
    }

    [Fact]
    public async Task A_broken_connection_is_not_tried_again()
    {
        await using var server = new RawServer(static async connection =>
        {
            await connection.ReadMessageAsync();
            connection.Reset();
        });
        using var client = new OpenInferenceClient(new Uri($"http://{server.Address}"), SomeAnswers.Options());
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((CallFault.ConnectionLost, 1), (failure.Fault, failure.Attempts));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"outputs\":[", CallFault.ConnectionLost)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"out", CallFault.ConnectionLost)]
    [InlineData(
        "HTTP/1.1 200 OK\r\nInference-Header-Content-Length: 40\r\nContent-Length: 1000\r\n\r\n{\"outputs\":[", CallFault.ConnectionLost)]
    [InlineData("SSH-2.0\r\n\r\n", CallFault.MalformedAnswer)]
    public async Task An_answer_that_is_cut_short_is_not_tried_again(string answer, CallFault fault)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync(answer);
        });
        using var client = new OpenInferenceClient(new Uri($"http://{server.Address}"), SomeAnswers.Options());
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((fault, 1), (failure.Fault, failure.Attempts));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_time_of_a_call_covers_its_answer(bool hasBegun)
    {
        await using var server = await StubServer.StartAsync(async (context, _) =>
        {
            if (hasBegun)
                await context.Response.WriteAsync("{");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options() with { Timeout = TimeSpan.FromMilliseconds(300) });
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((CallFault.DeadlineExceeded, 1), (failure.Fault, failure.Attempts));
        Assert.Equal("there was no answer within 300 ms", failure.Message);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_told_so()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async (context, _) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options() with { Timeout = TimeSpan.FromMinutes(5) });
        using var caller = new CancellationTokenSource();
        var call = client.InferAsync(SomeAnswers.Request(), caller.Token);
        await arrived.Task;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task The_limit_of_the_callers_own_http_client_is_a_deadline_too()
    {
        await using var server = await StubServer.StartAsync(static (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options() with { Http = http });
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((CallFault.DeadlineExceeded, 1), (failure.Fault, failure.Attempts));
    }

    [Fact]
    public async Task Readiness_is_the_status_and_is_asked_once()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.AnswerAsync(
            context, "", context.Request.Path.Value!.Contains("live", StringComparison.Ordinal) ? 200 : 503, ("Retry-After", "0")));
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options());
        Assert.True(await client.IsServerLiveAsync(Token));
        Assert.False(await client.IsServerReadyAsync(Token));
        Assert.False(await client.IsModelReadyAsync("m", "2", Token));
        Assert.False(await client.IsModelReadyAsync("m", cancellation: Token));
        Assert.Equal(
            ["/v2/health/live", "/v2/health/ready", "/v2/models/m/versions/2/ready", "/v2/models/m/ready"],
            server.Requests.Select(static request => request.Target));
    }

    [Fact]
    public async Task A_wrong_key_is_not_an_answer_about_readiness()
    {
        await using var server = await StubServer.StartAsync("{}", 401);
        using var client = new OpenInferenceClient(server.Address, SomeAnswers.Options());
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.IsModelReadyAsync("m", null, Token));
        Assert.Equal(CallFault.Unauthenticated, failure.Fault);
    }

    [Fact]
    public async Task Metadata_are_read()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.AnswerAsync(
            context,
            context.Request.Path == "/v2"
                ? """{"name":"n","version":"1.2","extensions":["a","b"]}"""
                : """
                  {"name":"m","versions":["1","2"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]}],
                   "outputs":[{"name":"y","datatype":"OTHER","shape":[]}]}
                  """));
        using var client = new OpenInferenceClient(server.Address);
        var metadata = await client.GetServerMetadataAsync(Token);
        Assert.Equal(("n", "1.2"), (metadata.Name, metadata.Version));
        Assert.Equal(["a", "b"], metadata.Extensions);
        var model = await client.GetModelMetadataAsync("m", "2", Token);
        Assert.Equal(("m", "onnxruntime_onnx"), (model.Name, model.Platform));
        Assert.Equal(["1", "2"], model.Versions);
        Assert.Equal(("x", "FP32"), (Assert.Single(model.Inputs).Name, model.Inputs[0].Datatype));
        Assert.Equal([-1, 3], model.Inputs[0].Shape);
        Assert.Equal("OTHER", Assert.Single(model.Outputs).Datatype);
        Assert.Equal("/v2/models/m/versions/2", server.Requests[1].Target);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"inputs":[{"shape":["x"]}]}""")]
    [InlineData("""{"name":5}""")]
    [InlineData("{")]
    public async Task Metadata_in_another_form_are_refused(string body)
    {
        await using var server = await StubServer.StartAsync(body);
        using var client = new OpenInferenceClient(server.Address);
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.GetModelMetadataAsync("m", null, Token));
        Assert.Equal(CallFault.MalformedAnswer, failure.Fault);
    }
}

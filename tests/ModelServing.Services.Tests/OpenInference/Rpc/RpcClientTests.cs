using System.Diagnostics;
using Grpc.Core;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Messages;
using ModelServing.OpenInference.Tensors;
using ModelServing.TestKit;
using ByteString = Google.Protobuf.ByteString;

namespace ModelServing.Services.Tests.OpenInference.Rpc;

public class RpcClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tensors_of_every_type_go_and_come_as_bytes()
    {
        var service = new StubRpcService();
        await using var server = await StubRpcServer.StartAsync(service);
        using var client = Client(server);
        InferInput[] inputs =
        [
            .. Enum.GetValues<Datatype>().Where(static type => type != Datatype.Bytes).Select(static type => new InferInput(
                Datatypes.NameOf(type), Tensor.FromMemory(type, Enumerable.Repeat((byte)1, 6 * Datatypes.SizeOf(type)).ToArray(), 2, 3))),
            new InferInput("BYTES", Tensor.FromText(["ä", ""])),
        ];
        var result = await client.InferAsync(
            new("m", inputs) { Version = "3", Id = "7", Outputs = ["BOOL"], Parameters = Parameters() }, Token);
        Assert.Equal(("m", "3", "7"), (result.Model, result.Version, result.Id));
        foreach (var input in inputs)
        {
            var output = result[input.Name].Tensor;
            Assert.Equal((input.Tensor.Datatype, input.Tensor.Count), (output.Datatype, output.Count));
            Assert.Equal(input.Tensor.Shape, output.Shape);
            Assert.True(input.Tensor.Memory.Span.SequenceEqual(output.Memory.Span));
        }

        var request = Assert.Single(service.Requests);
        Assert.Equal("BOOL", Assert.Single(request.Outputs).Name);
        Assert.Equal(
            (true, -5L, ulong.MaxValue, 0.5, "t"),
            (request.Parameters["flag"].BoolParam, request.Parameters["number"].Int64Param, request.Parameters["large"].Uint64Param,
                request.Parameters["part"].DoubleParam, request.Parameters["text"].StringParam));
    }

    [Fact]
    public async Task Typed_contents_are_read_too()
    {
        var contents = new (string Datatype, InferTensorContents Contents, string Hex)[]
        {
            ("BOOL", new() { BoolContents = { true, false } }, "0100"),
            ("INT8", new() { IntContents = { -1, 2 } }, "FF02"),
            ("INT16", new() { IntContents = { -1, 2 } }, "FFFF0200"),
            ("INT32", new() { IntContents = { -1, 2 } }, "FFFFFFFF02000000"),
            ("INT64", new() { Int64Contents = { -1, 2 } }, "FFFFFFFFFFFFFFFF0200000000000000"),
            ("UINT8", new() { UintContents = { 255, 2 } }, "FF02"),
            ("UINT16", new() { UintContents = { 65535, 2 } }, "FFFF0200"),
            ("UINT32", new() { UintContents = { 1, 2 } }, "0100000002000000"),
            ("UINT64", new() { Uint64Contents = { 1, 2 } }, "01000000000000000200000000000000"),
            ("FP32", new() { Fp32Contents = { 0.5f, -2 } }, "0000003F000000C0"),
            ("FP64", new() { Fp64Contents = { 0.5, -2 } }, "000000000000E03F00000000000000C0"),
            ("BYTES", new() { BytesContents = { ByteString.CopyFromUtf8("a"), ByteString.Empty } }, "010000006100000000"),
        };
        var response = new ModelInferResponse { ModelName = "m", Parameters = { ["a"] = new InferParameter { StringParam = "b" } } };
        response.Outputs.Add(contents.Select(static each => Output(each.Datatype, 2, each.Contents)));
        var result = await AnswerAsync(response);
        foreach (var (datatype, _, hex) in contents)
            Assert.Equal(hex, Convert.ToHexString(result[datatype].Tensor.Memory.Span));
        Assert.Equal("b", result.Parameters["a"].Value);
        Assert.Null(result.Version);
    }

    public static TheoryData<string, InferTensorContents?, string?> Malformed => new()
    {
        { "INT8", new() { IntContents = { 128, 1 } }, null },
        { "INT32", new() { IntContents = { 1 } }, null },
        { "INT32", new(), null },
        { "INT32", null, null },
        { "FP16", new() { Fp32Contents = { 1, 2 } }, null },
        { "OTHER", new(), null },
        { "INT32", null, "00000000" },
        { "BOOL", null, "0102" },
        { "BYTES", null, "01000000" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_not_an_answer_is_refused(string datatype, InferTensorContents? contents, string? raw)
    {
        var response = new ModelInferResponse { Outputs = { Output(datatype, 2, contents) } };
        if (raw is not null)
            response.RawOutputContents.Add(ByteString.CopyFrom(Convert.FromHexString(raw)));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => AnswerAsync(response));
        Assert.Equal(CallFault.MalformedAnswer, failure.Fault);
    }

    [Fact]
    public async Task Raw_contents_are_those_of_all_outputs()
    {
        var response = new ModelInferResponse { Outputs = { Output("INT8", 1, null), Output("INT8", 1, null) } };
        response.RawOutputContents.Add(ByteString.CopyFrom(1));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => AnswerAsync(response));
        Assert.Contains("it has 2 outputs, and raw contents of 1", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, null, CallFault.InvalidRequest, 400)]
    [InlineData(StatusCode.ResourceExhausted, null, CallFault.InvalidRequest, 413)]
    [InlineData(StatusCode.ResourceExhausted, "60", CallFault.TooManyRequests, 429)]
    [InlineData(StatusCode.Unauthenticated, null, CallFault.Unauthenticated, 401)]
    [InlineData(StatusCode.PermissionDenied, null, CallFault.Forbidden, 403)]
    [InlineData(StatusCode.NotFound, null, CallFault.NotFound, 404)]
    [InlineData(StatusCode.Unavailable, "60", CallFault.Unavailable, 503)]
    [InlineData(StatusCode.DeadlineExceeded, null, CallFault.DeadlineExceeded, 504)]
    [InlineData(StatusCode.Internal, null, CallFault.ServerFailed, 500)]
    [InlineData(StatusCode.Unknown, null, CallFault.ServerFailed, 500)]
    public async Task A_status_means_what_it_means_by_rest(StatusCode code, string? retryAfter, CallFault fault, int status)
    {
        var trailers = new Metadata { { "x-model-variant", "stable" }, { "x-problem-reason", "some-reason" } };
        if (retryAfter is not null)
            trailers.Add("retry-after", retryAfter);
        await using var server = await StubRpcServer.StartAsync(
            new((_, _) => throw new RpcException(new Status(code, "x is wrong"), trailers)));
        using var client = Client(server);
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((fault, (int?)status, 1), (failure.Fault, failure.Status, failure.Attempts));
        Assert.Equal(("some-reason", "x is wrong", "stable"), (failure.Reason, failure.Detail, failure.Headers.Variant));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "retry-after", "0", 2)]
    [InlineData(StatusCode.Unavailable, "grpc-retry-pushback-ms", "1", 2)]
    [InlineData(StatusCode.ResourceExhausted, "retry-after", "0", 2)]
    [InlineData(StatusCode.Unavailable, "other", "0", 1)]
    [InlineData(StatusCode.Internal, "retry-after", "0", 1)]
    public async Task A_refused_call_is_sent_again_when_the_server_says_so(StatusCode code, string name, string value, int attempts)
    {
        var service = new StubRpcService((_, number) => number == 1
            ? throw new RpcException(new Status(code, "later"), new Metadata { { name, value } })
            : Task.FromResult<ModelInferResponse?>(null));
        await using var server = await StubRpcServer.StartAsync(service);
        using var client = Client(server);
        var failure = await Record.ExceptionAsync(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal(attempts, service.Requests.Count);
        Assert.Equal(attempts == 1, failure is OpenInferenceException);
    }

    [Fact]
    public async Task A_refused_connection_is_tried_again()
    {
        using var client = new OpenInferenceClient(
            new Uri($"http://{RawServer.NobodyThere()}"), SomeAnswers.Options(WireFormat.Grpc));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal((CallFault.Unreachable, 3), (failure.Fault, failure.Attempts));
    }

    [Fact]
    public async Task A_broken_connection_is_not_tried_again()
    {
        await using var server = new RawServer(static async connection =>
        {
            // The preface of HTTP/2 has arrived, and perhaps the request.
            await connection.ReadExactlyAsync(24);
            connection.Reset();
        });
        using var client = new OpenInferenceClient(new Uri($"http://{server.Address}"), SomeAnswers.Options(WireFormat.Grpc));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(SomeAnswers.Request(), Token));
        Assert.Equal(1, failure.Attempts);
        Assert.NotEqual(CallFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Headers_deadline_and_trace_are_metadata()
    {
        var service = new StubRpcService(static async (context, _) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "X-Request-Id", "01M8" }, { "X-Model-Variant", "canary" } });
            return null;
        });
        await using var server = await StubRpcServer.StartAsync(service);
        using var client = Client(server, options => options with
        {
            ApiKey = "msk_1",
            Headers = new Dictionary<string, string> { ["X-Tenant"] = "t" },
            Timeout = TimeSpan.FromMinutes(5),
        });
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        var before = TimeProvider.System.GetUtcNow();
        var result = await client.InferAsync(
            SomeAnswers.Request() with { Headers = new Dictionary<string, string> { ["X-User"] = "17" } }, Token);
        Assert.Equal(("01M8", "canary"), (result.Headers.RequestId, result.Headers.Variant));
        var headers = Assert.Single(service.Headers);
        Assert.Equal(
            ("msk_1", "t", "17"), (headers.GetValue("x-api-key"), headers.GetValue("x-tenant"), headers.GetValue("x-user")));
        Assert.StartsWith($"00-{caller.TraceId}-", headers.GetValue("traceparent"), StringComparison.Ordinal);
        Assert.InRange(service.Deadline - before.UtcDateTime, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task The_time_of_a_call_and_its_caller_end_it()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await StubRpcServer.StartAsync(new(async (context, number) =>
        {
            if (number == 2)
                arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return null;
        }));
        using var client = Client(server);
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.InferAsync(
            SomeAnswers.Request() with { Timeout = TimeSpan.FromMilliseconds(300) }, Token));
        Assert.Equal((CallFault.DeadlineExceeded, 1), (failure.Fault, failure.Attempts));
        using var caller = new CancellationTokenSource();
        var call = client.InferAsync(SomeAnswers.Request(), caller.Token);
        await arrived.Task;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Health_and_metadata_are_those_of_rest()
    {
        await using var server = await StubRpcServer.StartAsync(new());
        using var client = Client(server);
        Assert.True(await client.IsServerLiveAsync(Token));
        Assert.False(await client.IsServerReadyAsync(Token));
        Assert.True(await client.IsModelReadyAsync("m", "2", Token));
        Assert.False(await client.IsModelReadyAsync("m", null, Token));
        Assert.False(await client.IsModelReadyAsync("none", null, Token));
        var failure = await Assert.ThrowsAsync<OpenInferenceException>(() => client.IsModelReadyAsync("secret", null, Token));
        Assert.Equal(CallFault.Unauthenticated, failure.Fault);
        Assert.Equal("1.2", (await client.GetServerMetadataAsync(Token)).Version);
        var model = await client.GetModelMetadataAsync("m", "2", Token);
        Assert.Equal(("m", "2", "p"), (model.Name, Assert.Single(model.Versions), model.Platform));
        Assert.Equal([-1, 3], Assert.Single(model.Inputs).Shape);
        Assert.Equal("BYTES", Assert.Single(model.Outputs).Datatype);
    }

    private static OpenInferenceClient Client(StubRpcServer server, Func<OpenInferenceOptions, OpenInferenceOptions>? change = null)
    {
        var options = SomeAnswers.Options(WireFormat.Grpc);
        return new(server.Address, change?.Invoke(options) ?? options);
    }

    private static Dictionary<string, ParameterValue> Parameters() => new()
    {
        ["flag"] = true,
        ["number"] = -5L,
        ["large"] = ulong.MaxValue,
        ["part"] = 0.5,
        ["text"] = "t",
    };

    private static ModelInferResponse.Types.InferOutputTensor Output(string datatype, int count, InferTensorContents? contents) =>
        new() { Name = datatype, Datatype = datatype, Shape = { count }, Contents = contents };

    private static async Task<InferResult> AnswerAsync(ModelInferResponse response)
    {
        await using var server = await StubRpcServer.StartAsync(new((_, _) => Task.FromResult<ModelInferResponse?>(response)));
        using var client = Client(server);
        return await client.InferAsync(SomeAnswers.Request(), Token);
    }
}

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A router answers calls of ModelInfer as it answers requests by HTTP: the versions see the same, and so do the
/// callers.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RouterCallsTests
{
    [Fact]
    public async Task A_version_gets_the_message_as_it_is_and_the_caller_gets_its_answer()
    {
        RawMessage? seen = null;
        await using var version = RawServer.Answering(request => CallingRouter.Answer((seen = request).Body));
        await using var router = await CallingRouter.StartAsync(version);
        var request = CallingRouter.Request("a", bytes: 100);
        var (response, metadata) = await router.InferAsync(request, new("x-mine", "1"), new("te-st", "2"));
        Assert.Equal("POST /v2/models/fraud/versions/1/infer HTTP/1.1", seen!.StartLine);
        Assert.Equal(request.ToByteArray(), seen.Body);
        Assert.Equal(("application/x-protobuf", "1", "2"), (seen["Content-Type"], seen["X-Mine"], seen["Te-St"]));
        Assert.DoesNotContain(seen.Headers, static header => header.Name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase));
        Assert.Null(seen["Accept-Encoding"]);
        Assert.Equal(response.ToByteArray(), request.ToByteArray());
        Assert.Equal(seen["X-Request-Id"], metadata.GetValue("x-request-id"));
        Assert.Equal(("1", "stable"), (metadata.GetValue("x-model-version"), metadata.GetValue("x-model-variant")));
        Assert.NotNull(metadata.GetValue("server-timing"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    [InlineData(5_000_000)]
    public async Task Messages_of_all_sizes_pass_through(int bytes)
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        var request = CallingRouter.Request("b", bytes);
        for (var i = 0; i < 3; i++)
            Assert.Equal(request.ToByteArray(), (await router.InferAsync(request)).Response.ToByteArray());
    }

    [Theory]
    [InlineData("gzip", 10)]
    [InlineData("gzip", 1_000_000)]
    public async Task A_compressed_message_stays_compressed(string coding, int bytes)
    {
        RawMessage? seen = null;
        await using var version = RawServer.Answering(request =>
        {
            seen = request;
            return CallingRouter.Answer(CallingRouter.Request("c").ToByteArray());
        });
        await using var router = await CallingRouter.StartAsync(version);
        var request = CallingRouter.Request("c", bytes);
        await router.InferAsync(request, new Metadata.Entry("grpc-internal-encoding-request", coding));
        Assert.Equal(coding, seen!["Content-Encoding"]);
        using var plain = new MemoryStream();
        using (var expansion = new GZipStream(new MemoryStream(seen.Body), CompressionMode.Decompress))
            await expansion.CopyToAsync(plain);
        Assert.Equal(request.ToByteArray(), plain.ToArray());
    }

    [Fact]
    public async Task A_call_with_a_version_is_pinned_to_it()
    {
        await using var first = CallingRouter.Echo();
        await using var second = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(
            SomePlan.Canary(0), SomePlan.Endpoints((1, first.Address), (2, second.Address)));
        var (_, metadata) = await router.InferAsync(CallingRouter.Request(version: "2"));
        Assert.Equal(("2", VariantPlan.Pinned), (metadata.GetValue("x-model-version"), metadata.GetValue("x-model-variant")));
        Assert.Equal((0, 1), (first.Accepted, second.Accepted));
    }

    [Fact]
    public async Task The_same_key_gets_the_same_variant_by_gRPC_and_by_HTTP()
    {
        await using var first = CallingRouter.Echo();
        await using var second = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets / 2, routingKey: "X-Customer"),
            SomePlan.Endpoints((1, first.Address), (2, second.Address)));
        var variants = new ConcurrentDictionary<string, int>();
        for (var i = 0; i < 40; i++)
        {
            var (_, metadata) = await router.InferAsync(CallingRouter.Request(), new Metadata.Entry("x-customer", $"c{i}"));
            var variant = metadata.GetValue("x-model-variant")!;
            Assert.Equal((await router.Router.InferAsync(headers: $"X-Customer: c{i}\r\n"))["X-Model-Variant"], variant);
            variants.AddOrUpdate(variant, 1, static (_, count) => count + 1);
        }

        Assert.Equal(2, variants.Count);
    }

    [Fact]
    public async Task A_call_that_the_canary_fails_is_answered_by_stable_and_counts_against_the_canary()
    {
        await using var stable = CallingRouter.Echo();
        await using var canary = RawServer.Answering(static _ => CallingRouter.Answer("500 X", "oops"));
        await using var router = await CallingRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        for (var i = 0; i < 3; i++)
        {
            var (response, metadata) = await router.InferAsync(CallingRouter.Request($"id {i}"));
            Assert.Equal($"id {i}", response.Id);
            Assert.Equal(("stable", "canary"), (metadata.GetValue("x-model-variant"), metadata.GetValue("x-model-failover")));
        }

        await router.Router.AssertCountAsync(
            3, "modelserving_router_attempts_total", "variant=\"canary\"", "outcome=\"error\"");
        await router.Router.AssertCountAsync(3, "modelserving_router_retries_total", "reason=\"error\"");
    }

    [Fact]
    public async Task Calls_survive_the_death_of_the_canary()
    {
        await using var stable = CallingRouter.Echo();
        await using var canary = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(
            SomePlan.Canary(PlanDocument.Buckets), SomePlan.Endpoints((1, stable.Address), (2, canary.Address)));
        Assert.Equal("canary", (await router.InferAsync(CallingRouter.Request())).Metadata.GetValue("x-model-variant"));
        canary.Kill();
        for (var i = 0; i < 5; i++)
            Assert.Equal("stable", (await router.InferAsync(CallingRouter.Request())).Metadata.GetValue("x-model-variant"));
    }

    [Theory]
    [InlineData("unknown", "", StatusCode.NotFound, "unknown-model")]
    [InlineData("fraud", "9", StatusCode.NotFound, "unknown-version")]
    [InlineData("fraud", "x/y", StatusCode.NotFound, "unknown-version")]
    [InlineData("fraud/versions/1", "", StatusCode.NotFound, "unknown-model")]
    [InlineData("../fraud", "", StatusCode.NotFound, "unknown-model")]
    [InlineData("fr\u00e4ud?a=b#c", "", StatusCode.NotFound, "unknown-model")]
    [InlineData("", "", StatusCode.InvalidArgument, "invalid-call")]
    [InlineData("", "1", StatusCode.InvalidArgument, "invalid-call")]
    public async Task A_name_that_leads_nowhere_is_the_callers_mistake(string model, string version, StatusCode status, string reason)
    {
        await using var endpoint = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(endpoint);
        var failure = await router.FailAsync(CallingRouter.Request(model: model, version: version));
        Assert.Equal((status, reason), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
        Assert.NotNull(failure.Trailers.GetValue("x-request-id"));
        Assert.Equal(0, endpoint.Accepted);
    }

    [Theory]
    [InlineData("400 X", StatusCode.InvalidArgument)]
    [InlineData("404 X", StatusCode.NotFound)]
    [InlineData("415 X", StatusCode.InvalidArgument)]
    [InlineData("422 X", StatusCode.InvalidArgument)]
    [InlineData("500 X", StatusCode.Internal)]
    [InlineData("503 X", StatusCode.Unavailable)]
    [InlineData("504 X", StatusCode.DeadlineExceeded)]
    public async Task The_error_of_a_version_is_the_status_of_the_call(string answer, StatusCode status)
    {
        // Two bytes, as in UTF-8.
        await using var version = RawServer.Answering(
            _ => CallingRouter.Answer(answer, "why, 100% and \u00c3\u00bc", "Retry-After: 7\r\n"));
        await using var router = await CallingRouter.StartAsync(version);
        var failure = await router.FailAsync(CallingRouter.Request());
        Assert.Equal(status, failure.StatusCode);
        Assert.Equal("why, 100% and \u00fc", failure.Status.Detail);
        var metadata = failure.Trailers;
        Assert.Equal(
            ("theirs", "7", "1"),
            (metadata.GetValue("x-problem-reason"), metadata.GetValue("retry-after"), metadata.GetValue("x-model-version")));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 204 X\r\n\r\n")]
    public async Task An_answer_that_is_not_a_message_is_an_internal_error(string answer)
    {
        await using var version = RawServer.Answering(_ => answer);
        await using var router = await CallingRouter.StartAsync(version);
        Assert.Equal(StatusCode.Internal, (await router.FailAsync(CallingRouter.Request())).StatusCode);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}")]
    [InlineData("")]
    public async Task A_version_that_ends_before_its_answer_is_unavailable(string answer)
    {
        await using var version = new RawServer(async connection =>
        {
            await connection.ReadMessageAsync();
            await connection.SendAsync(answer);
        });
        await using var router = await CallingRouter.StartAsync(version);
        var failure = await router.FailAsync(CallingRouter.Request());
        Assert.Equal((StatusCode.Unavailable, "connection-lost"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
    }

    [Theory]
    [InlineData("100m", true)]
    [InlineData("100000u", true)]
    [InlineData("60S", false)]
    public async Task The_deadline_of_a_call_is_that_of_a_request(string timeout, bool isShortened)
    {
        var seen = new TaskCompletionSource<RawMessage>();
        await using var version = RawServer.Answering(request =>
        {
            seen.TrySetResult(request);
            return CallingRouter.Answer("504 X", "late");
        });
        await using var router = await CallingRouter.StartAsync(version);
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1, ("grpc-timeout", timeout));
        await calls.SendMessageAsync(1, CallingRouter.Request().ToByteArray());
        await calls.AssertFailsAsync(4, "late");
        var request = await seen.Task;
        Assert.InRange(int.Parse(request["X-Request-Timeout"]!, null), 1, isShortened ? 100 : 15_000);
        Assert.Equal(isShortened ? "1" : null, request["X-Request-Timeout-Shortened"]);
    }

    [Fact]
    public async Task A_version_that_misses_the_deadline_of_a_call_is_cut_off()
    {
        await using var version = new RawServer(static connection => connection.ReadToEndAsync());
        await using var router = await CallingRouter.StartAsync(version);
        var failure = await router.FailAsync(CallingRouter.Request(), new Metadata.Entry("x-request-timeout", "50"));
        Assert.Equal(
            (StatusCode.DeadlineExceeded, "deadline"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
        await RunningRouter.UntilAsync(() => version.Open == 0, "the connection is closed");
    }

    [Theory]
    [InlineData("100")]
    [InlineData("1x")]
    [InlineData("-1m")]
    [InlineData("123456789m")]
    public async Task A_wrong_deadline_is_the_callers_mistake(string timeout)
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        using var calls = await RawCalls.ConnectAsync(router.Address);
        await calls.BeginAsync(1, ("grpc-timeout", timeout));
        await calls.SendMessageAsync(1, CallingRouter.Request().ToByteArray());
        await calls.AssertFailsAsync(3, $"grpc-timeout is '{timeout}'");
        Assert.Equal(0, version.Accepted);
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_its_own_call_and_no_other()
    {
        var arrived = new TaskCompletionSource();
        await using var version = new RawServer(async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
            {
                if (Encoding.Latin1.GetString(request.Body).Contains("slow", StringComparison.Ordinal))
                {
                    arrived.TrySetResult();
                    await connection.ReadToEndAsync();
                    return;
                }

                await connection.SendAsync(CallingRouter.Answer(request.Body));
            }
        });
        await using var router = await CallingRouter.StartAsync(version);
        using var leaving = new CancellationTokenSource();
        using var call = router.Client.ModelInferAsync(CallingRouter.Request("slow"), cancellationToken: leaving.Token);
        await arrived.Task.WaitAsync(RawConnection.Patience);
        Assert.Equal("other", (await router.InferAsync(CallingRouter.Request("other"))).Response.Id);
        leaving.Cancel();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await router.Router.AssertCountAsync(
            1, "modelserving_router_request_duration_seconds_count", "status=\"499\"");
        // The router has not had to open another connection for it.
        Assert.Equal("next", (await router.InferAsync(CallingRouter.Request("next"))).Response.Id);
        Assert.Equal(2, version.Accepted);
    }

    [Fact]
    public async Task The_largest_message_is_that_of_the_settings()
    {
        await using var version = CallingRouter.Echo();
        var request = CallingRouter.Request("d", bytes: 50_000);
        await using var router = await CallingRouter.StartAsync(
            version, settings => settings with { MaxRequestBytes = request.CalculateSize() });
        Assert.Equal("d", (await router.InferAsync(request)).Response.Id);
        request.Id = "dd";
        var failure = await router.FailAsync(request);
        Assert.Equal(
            (StatusCode.ResourceExhausted, "body-too-large"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
        Assert.Equal("e", (await router.InferAsync(CallingRouter.Request("e"))).Response.Id);
    }

    [Fact]
    public async Task A_call_without_room_in_the_budget_is_refused_and_counted()
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version, static settings => settings with { BudgetBytes = 60_000 });
        Assert.Equal("f", (await router.InferAsync(CallingRouter.Request("f"))).Response.Id);
        var failure = await router.FailAsync(CallingRouter.Request(bytes: 30_000));
        Assert.Equal((StatusCode.Unavailable, "over-budget"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
        await router.Router.AssertCountAsync(1, "modelserving_host_refusals_total", "reason=\"over-budget\"");
        await RunningRouter.UntilAsync(
            async () => await router.Router.CountAsync("modelserving_host_memory_reserved_bytes") == 0, "all bytes are returned");
    }

    [Fact]
    public async Task No_caller_of_a_thousand_at_once_gets_the_answer_of_another()
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
        {
            var request = CallingRouter.Request($"call {i}", bytes: i * 7);
            Assert.Equal(request.ToByteArray(), (await router.InferAsync(request)).Response.ToByteArray());
        }));
        await router.Router.AssertCountAsync(
            1000, "modelserving_router_request_duration_seconds_count", "status=\"200\"");
    }
}

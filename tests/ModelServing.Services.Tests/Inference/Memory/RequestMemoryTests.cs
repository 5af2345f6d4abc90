using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Memory;

/// <summary>A service with a small budget of bytes in flight.</summary>
public class RequestMemoryTests
{
    private const int Kibibyte = 1024;
    private const int Mebibyte = 1024 * Kibibyte;
    private const string Good = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1]}]}""";

    // A byte of an FP64 request costs up to five: itself, and four of its tensor.
    private const int Factor = 5;

    [Fact]
    public async Task A_request_past_the_budget_gets_503_before_its_body_is_read_and_small_ones_are_still_answered()
    {
        await using var service = await StartAsync(settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var holding = await BeginAsync(service, Mebibyte);
        await UntilReservedAsync(service, Factor * Mebibyte);
        using var refused = await BeginAsync(service, 300 * Kibibyte);
        var refusal = (await refused.ReadMessageAsync())!;
        Assert.Equal((503, "1", "busy"), (refusal.Status, refusal["Retry-After"], refusal["X-Model-Outcome"]));
        Assert.Contains("urn:modelserving:problem:over-budget", refusal.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await service.InferAsync(Good)).Status);
        Assert.Equal(1, service.Get<ByteBudget>().Refused);
        await service.UntilMetricsMatch("""modelserving_host_refusals_total\{[^}]*reason="over-budget"[^}]*\} \d""");
        await service.UntilMetricsMatch("""modelserving_host_memory_budget_bytes\{[^}]*\} \d""");

        // The request that was first loses nothing, and its bytes return.
        await holding.SendAsync(Fill(Good, Mebibyte));
        Assert.Equal(200, (await holding.ReadMessageAsync())!.Status);
        await UntilReservedAsync(service, 0);
        Assert.Equal(200, (await service.InferAsync(Fill(Good, 300 * Kibibyte))).Status);
    }

    [Fact]
    public async Task Requests_that_name_their_version_leave_half_of_the_budget_to_the_others()
    {
        await using var service = await StartAsync(settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var holding = await BeginAsync(service, 700 * Kibibyte, $"{HeaderNames.ModelVariant}: {VariantPlan.Pinned}\r\n");
        await UntilReservedAsync(service, Factor * 700 * Kibibyte);
        using var pinned = await BeginAsync(service, 400 * Kibibyte, $"{HeaderNames.ModelVariant}: {VariantPlan.Pinned}\r\n");
        Assert.Equal(503, (await pinned.ReadMessageAsync())!.Status);
        Assert.Equal(200, (await service.InferAsync(Fill(Good, 400 * Kibibyte))).Status);
    }

    [Fact]
    public async Task A_chunked_body_takes_its_bytes_step_by_step()
    {
        await using var service = await StartAsync(settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var client = await ConnectAsync(service);
        await client.SendAsync(Head("Transfer-Encoding: chunked\r\n"));
        var text = Fill(Good, 600 * Kibibyte);
        await client.SendAsync(Chunk(text[..(100 * Kibibyte)]));
        await RunningInference.UntilAsync(
            () => Task.FromResult(service.Get<ByteBudget>().Reserved is >= Factor * 100 * Kibibyte and < Factor * 600 * Kibibyte),
            "the first chunk took nothing, or too much");
        await client.SendAsync(Chunk(text[(100 * Kibibyte)..]) + "0\r\n\r\n");
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
        await UntilReservedAsync(service, 0);

        using var tooLong = await ConnectAsync(service);
        await tooLong.SendAsync(Head("Transfer-Encoding: chunked\r\n"));
        await tooLong.SendAsync(Chunk(new string(' ', 2 * Mebibyte)));
        Assert.Equal(413, (await tooLong.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task A_body_that_could_never_fit_is_too_large()
    {
        await using var service = await StartAsync(settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var client = await BeginAsync(service, 2 * Mebibyte);
        var refusal = (await client.ReadMessageAsync())!;
        Assert.Equal(413, refusal.Status);
        // Three quarters of the budget, divided by the factor.
        Assert.Contains("room for 1258291 bytes", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_the_requests_time_is_408_and_holds_nothing()
    {
        await using var service = await StartAsync(settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var slow = await BeginAsync(service, Mebibyte, $"{HeaderNames.RequestTimeout}: 300\r\n");
        await slow.SendAsync(new string(' ', 500 * Kibibyte));
        var late = (await slow.ReadMessageAsync())!;
        Assert.Equal(408, late.Status);
        Assert.Contains("urn:modelserving:problem:body-late", late.Text, StringComparison.Ordinal);
        await UntilReservedAsync(service, 0);
    }

    [Fact]
    public async Task An_answer_past_the_limit_is_the_callers_fault_and_the_service_goes_on()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Third(), static settings => settings with { MaxAnswerBytes = 100_000 });
        var data = string.Join(',', Enumerable.Repeat('1', 8000));
        var (status, body) = await service.InferAsync(
            $$"""{"inputs":[{"name":"x","shape":[8000],"datatype":"FP64","data":[{{data}}]}]}""");
        Assert.Equal(422, status);
        var problem = JsonNode.Parse(body)!;
        Assert.Equal("urn:modelserving:problem:answer-too-large", problem["type"]!.GetValue<string>());
        Assert.Contains("more than 100000 bytes", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(200, (await service.InferAsync(Good)).Status);
        await UntilReservedAsync(service, 0);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_beside_other_requests_is_503()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Third(), static settings => settings with { BudgetBytes = 8 * Mebibyte });
        using var holding = await BeginAsync(service, 1200 * Kibibyte);
        await UntilReservedAsync(service, Factor * 1200 * Kibibyte);
        // 40 KB that become 380 KB: not small any more.
        var data = string.Join(',', Enumerable.Repeat('1', 20_000));
        var (status, body) = await service.InferAsync(
            $$"""{"inputs":[{"name":"x","shape":[20000],"datatype":"FP64","data":[{{data}}]}]}""");
        Assert.Equal(503, status);
        Assert.Contains("over-budget", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_that_need_more_than_the_runtime_may_use_are_500_and_do_not_grow_the_process()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Expand(), static settings => settings with { RuntimeBytes = 64 * Mebibyte });
        var before = Environment.WorkingSet;
        var (status, body) = await service.InferAsync(Expand(268_435_456));
        Assert.Equal(500, status);
        Assert.Contains("urn:modelserving:problem:model-memory", body, StringComparison.Ordinal);
        Assert.Contains($"more than {64 * Mebibyte} bytes of memory", body, StringComparison.Ordinal);
        Assert.True(Environment.WorkingSet - before < 512L * Mebibyte, "the runtime took memory");
        // Below that limit, the answer's own applies.
        (status, body) = await service.InferAsync(Expand(10_000_000));
        Assert.True(status == 200 || body.Contains("answer-too-large", StringComparison.Ordinal), body);
        Assert.Equal(200, (await service.InferAsync(Expand(3))).Status);
    }

    [Fact]
    public async Task Lengths_that_need_more_than_the_runtime_may_use_are_the_callers_fault()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Third(), static settings => settings with { RuntimeBytes = 4 * Mebibyte });
        var data = string.Join(',', Enumerable.Repeat('1', 1_000_000));
        var (status, body) = await service.InferAsync(
            $$"""{"inputs":[{"name":"x","shape":[1000000],"datatype":"FP64","data":[{{data}}]}]}""");
        Assert.Equal(422, status);
        Assert.Contains("urn:modelserving:problem:request-memory", body, StringComparison.Ordinal);
        Assert.Contains($"more than {4 * Mebibyte} bytes of memory", body, StringComparison.Ordinal);
        Assert.Equal(200, (await service.InferAsync(Good)).Status);
        await UntilReservedAsync(service, 0);
    }

    [Fact]
    public async Task Calls_of_many_sizes_do_not_use_up_the_runtimes_memory()
    {
        // Without shrinking, each size would keep a region of its own.
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Expand(), static settings => settings with { RuntimeBytes = 8 * Mebibyte, MaxAnswerBytes = 16 * Mebibyte });
        for (var count = 100_000; count <= 1_900_000; count += 100_000)
            Assert.Equal(200, (await service.InferAsync(Expand(count))).Status);
    }

    [Fact]
    public async Task Long_text_passes_through_unchanged()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        // Characters of two and four bytes at every place of a piece, and escapes.
        var text = string.Concat(Enumerable.Range(0, 30_000)
            .Select(static i => i % 3 == 0 ? "é" : i % 7 == 0 ? "😀" : i % 11 == 0 ? "\n\"" : "x"));
        var request = new JsonObject
        {
            ["inputs"] = new JsonArray(new JsonObject
            {
                ["name"] = "x",
                ["shape"] = new JsonArray(2),
                ["datatype"] = "BYTES",
                ["data"] = new JsonArray(text, ""),
            }),
        };
        var (status, body) = await service.InferAsync(request.ToJsonString());
        Assert.Equal(200, status);
        var data = JsonNode.Parse(body)!["outputs"]![0]!["data"]!.AsArray();
        Assert.Equal(text, data[0]!.GetValue<string>());
        Assert.Equal("", data[1]!.GetValue<string>());
    }

    [Theory]
    [InlineData(4096, 200)]
    [InlineData(4097, 400)]
    public async Task An_identifier_is_limited_because_the_answer_repeats_it(int length, int expected)
    {
        await using var service = await StartAsync();
        var (status, body) = await service.InferAsync($"{{\"id\":\"{new string('i', length)}\",{Good[1..]}");
        Assert.Equal(expected, status);
        Assert.Equal(expected == 400, body.Contains("id: it has more than 4096 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shape_of_more_strings_than_the_body_can_have_gets_no_memory()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        var blanks = new string(' ', 3000);
        var (status, body) = await service.InferAsync(
            $$"""{"inputs":[{"name":"x","shape":[1100],"datatype":"BYTES","data":[{{blanks}}]}]}""");
        Assert.Equal(400, status);
        Assert.Contains("it has fewer elements than the shape [1100] requires", body, StringComparison.Ordinal);
    }

    private static Task<RunningInference> StartAsync(Func<InferenceSettings, InferenceSettings>? change = null) =>
        RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp64, -1), change);

    private static Task UntilReservedAsync(RunningInference service, long bytes) => RunningInference.UntilAsync(
        () => Task.FromResult(service.Get<ByteBudget>().Reserved == bytes), $"{bytes} bytes were never reserved");

    private static string Expand(long count) =>
        $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[{{count}}]}]}""";

    private static string Fill(string text, int length) => text + new string(' ', length - text.Length);

    private static string Head(string headers) =>
        $"POST {InferencePaths.Infer(RunningInference.Model)} HTTP/1.1\r\nHost: m\r\n{headers}\r\n";

    private static string Chunk(string text) => $"{Encoding.ASCII.GetByteCount(text):x}\r\n{text}\r\n";

    private static Task<RawConnection> ConnectAsync(RunningInference service) =>
        RawConnection.ConnectAsync(IPEndPoint.Parse(service.Client.BaseAddress!.Authority));

    private static async Task<RawConnection> BeginAsync(RunningInference service, int length, string headers = "")
    {
        var client = await ConnectAsync(service);
        await client.SendAsync(Head($"{headers}Content-Length: {length}\r\n"));
        return client;
    }
}

using System.Runtime.InteropServices;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Services.Tests.Inference.Protocol.Protobuf;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Recording;

/// <summary>What an inference service records, read from the store.</summary>
public sealed class PredictionRecordTests : IDisposable
{
    private const string Id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    private static readonly (string, string)[] FromRouter =
    [
        ("X-Request-Id", Id), ("X-Model-Variant", "canary"), ("X-Model-Trial", "4"), ("X-Model-Revision", "abc"),
        ("X-Model-Experiment", "spring"), ("X-Model-Key-Hash", "000102030405060708090a0b0c0d0e0f"),
    ];

    private readonly TemporaryFolder folder = new();

    private string Store => HostSources.Sqlite(folder.Combine("predictions.db"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_prediction_has_its_assignment_its_tensors_and_the_time_of_its_parts()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        Assert.Equal(200, (await service.SendAsync(Numbers("1,2,4"), FromRouter)).Status);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal((Id, 1, "m", 3), (record.RequestId, record.Attempt, record.Model, record.Version));
        Assert.Equal(("canary", "abc", 4, "spring"), (record.Variant, record.Revision, record.Trial, record.Experiment));
        Assert.Equal("000102030405060708090A0B0C0D0E0F", Convert.ToHexString(record.RoutingKey.Span));
        Assert.Equal((200, "", false, false), (record.Status, record.Reason, record.NonFinite, record.Comparison));
        var (input, output) = (Assert.Single(record.Inputs), Assert.Single(record.Outputs));
        Assert.Equal(("x", "FP32", 3L), (input.Name, input.Datatype, Assert.Single(input.Shape)));
        Assert.Equal([1f, 2f, 4f], MemoryMarshal.Cast<byte, float>(input.Data.Span).ToArray());
        Assert.Equal([1f, 0.5f, 0.25f], MemoryMarshal.Cast<byte, float>(output.Data.Span).ToArray());
        var parts = record.Latency;
        Assert.True(parts.Total > 0 && parts.Read + parts.Wait + parts.Run + parts.Write <= parts.Total + 4, parts.ToString());
    }

    [Fact]
    public async Task Texts_are_recorded_as_bytes_with_their_lengths()
    {
        await using var service = await StartAsync(SomeOnnx.ParseNumbers());
        var body = """{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["2","0.5"]}]}""";
        Assert.Equal(200, (await service.SendAsync(body, FromRouter)).Status);
        var input = Assert.Single(Assert.Single(await RecordsAsync(service)).Inputs);
        Assert.Equal("BYTES", input.Datatype);
        Assert.Equal([1, 0, 0, 0, (byte)'2', 3, 0, 0, 0, .. Encoding.UTF8.GetBytes("0.5")], input.Data.ToByteArray());
    }

    [Fact]
    public async Task Tensors_in_other_forms_are_recorded_as_those_in_JSON_are()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        Assert.Equal(200, (await service.SendAsync(Numbers("2,4"), FromRouter)).Status);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer")
        {
            Content = new ByteArrayContent([0, 0, 0, 0x40, 0, 0, 0x80, 0x40]),
            Headers = { { "Inference-Header-Content-Length", "0" } },
        };
        using var answer = await service.Client.SendAsync(message);
        Assert.Equal(200, (int)answer.StatusCode);
        var numbers = RawProtobuf.Bytes(6, [0, 0, 0, 0x40, 0, 0, 0x80, 0x40]);
        var typed = await service.SendAsync(
            SomeMessage.Input("x", "FP32", [2], SomeMessage.Contents(numbers)), "application/x-protobuf");
        Assert.Equal(200, typed.Status);
        var records = await RecordsAsync(service);
        Assert.Equal(3, records.Count);
        foreach (var record in records)
        {
            Assert.Equal(records[0].Inputs, record.Inputs);
            Assert.Equal(records[0].Outputs, record.Outputs);
            Assert.Equal([0.5f, 0.25f], MemoryMarshal.Cast<byte, float>(record.Outputs.Single().Data.Span).ToArray());
        }
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0AF7651916CD43DD8448EB211C80319C")]
    [InlineData("00-0af7651916cd43dd", "")]
    [InlineData(null, "")]
    public async Task A_prediction_has_the_trace_of_its_request(string? header, string trace)
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        Assert.Equal(200, (await service.SendAsync(Numbers("1"), [.. FromRouter, .. header is null ? [] : Traced(header)])).Status);
        Assert.Equal(trace, Convert.ToHexString(Assert.Single(await RecordsAsync(service)).Trace.Span));
    }

    [Theory]
    [InlineData("canary;version=2;trial=1;kind=error", false)]
    [InlineData("canary;version=2;trial=1;kind=slow", true)]
    public async Task A_retry_is_the_second_attempt_and_a_comparison_says_so(string failover, bool isComparison)
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        await service.SendAsync(Numbers("1"), [.. FromRouter, ("X-Model-Failover", failover)]);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal((2, isComparison), (record.Attempt, record.Comparison));
    }

    [Fact]
    public async Task A_request_that_bypassed_the_router_gets_an_identifier_of_its_own()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer")
        {
            Content = new StringContent(Numbers("1")),
            // Somebody else's.
            Headers = { { "X-Request-Id", Id } },
        };
        using var answer = await service.Client.SendAsync(message);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal(answer.Headers.GetValues("X-Request-Id").Single(), record.RequestId);
        Assert.NotEqual(Id, record.RequestId);
        Assert.Equal(("direct", "", 0), (record.Variant, record.Revision, record.Trial));
    }

    [Fact]
    public async Task A_failure_of_the_model_is_recorded_with_its_inputs_and_a_fault_of_the_caller_is_not()
    {
        await using var service = await StartAsync(SomeOnnx.Lookup(), static log => log with { Sample = 0 });
        Assert.Equal(500, (await service.SendAsync(Indices("7"), FromRouter)).Status);
        Assert.Equal(400, (await service.SendAsync("nothing", FromRouter)).Status);
        // Not sampled.
        Assert.Equal(200, (await service.SendAsync(Indices("1"), FromRouter)).Status);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal((500, "model-failed"), (record.Status, record.Reason));
        Assert.Equal([7L], MemoryMarshal.Cast<byte, long>(record.Inputs[0].Data.Span).ToArray());
        Assert.Empty(record.Outputs);
    }

    [Fact]
    public async Task A_missed_deadline_is_recorded_once()
    {
        await using var service = await StartAsync(SomeSlowOnnx.Loop());
        var body = $$"""{"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{SomeSlowOnnx.Endless}}]}]}""";
        Assert.Equal(504, (await service.SendAsync(body, [.. FromRouter, ("X-Request-Timeout", "200")])).Status);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal((504, "deadline"), (record.Status, record.Reason));
    }

    [Fact]
    public async Task An_answer_that_is_not_finite_is_recorded_whatever_the_sample()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32), static log => log with { Sample = 0 });
        Assert.Equal("non-finite", (await service.SendAsync(Numbers("0"), FromRouter)).Outcome);
        Assert.True(Assert.Single(await RecordsAsync(service)).NonFinite);
    }

    [Fact]
    public async Task A_sample_takes_all_attempts_of_a_request_or_none()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32), static log => log with { Sample = 5000 });
        for (var i = 0; i < 100; i++)
        {
            var headers = ((string, string)[])
                [
                    ("X-Request-Id", "01ARZ3NDEKTSV4RRFFQ69G5F" + i.ToString("D2", null)),
                    ("X-Model-Variant", "stable"),
                    ("X-Model-Trial", "1"),
                ];
            await service.SendAsync(Numbers("1"), headers);
            await service.SendAsync(Numbers("1"), [.. headers, ("X-Model-Failover", "canary;version=2;trial=1;kind=error")]);
        }

        var requests = (await RecordsAsync(service)).GroupBy(static record => record.RequestId).ToList();
        Assert.InRange(requests.Count, 25, 75);
        Assert.All(requests, static request => Assert.Equal([1, 2], request.Select(static record => record.Attempt).Order()));
    }

    [Fact]
    public async Task Fields_are_dropped_or_hashed_before_anything_is_written()
    {
        await using var service = await StartAsync(
            SomeOnnx.Reciprocal(Datatype.Fp32),
            static log => log with { Drop = ["y"], Hash = ["x"], HashKey = new string('a', 64) });
        await service.SendAsync(Numbers("12345.5"), FromRouter);
        var record = Assert.Single(await RecordsAsync(service));
        Assert.Equal(("hashed", 16), (record.Inputs[0].Omitted, record.Inputs[0].Digest.Length));
        Assert.Equal("dropped", record.Outputs[0].Omitted);
        Assert.Empty(record.Inputs[0].Data);
        Assert.Empty(record.Outputs[0].Data);
    }

    [Fact]
    public async Task Without_a_spool_a_service_that_must_log_refuses_and_is_not_ready_until_it_can()
    {
        await File.WriteAllTextAsync(folder.Combine("spool"), "in the way");
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32), static log => log with { RefuseWhenFull = true });
        var answer = await service.SendAsync(Numbers("1"), FromRouter);
        Assert.Equal(503, answer.Status);
        Assert.Contains(":problem:log-full", answer.Body, StringComparison.Ordinal);
        await service.UntilNotReadyAsync("not ready: predictions can't be logged");
        File.Delete(folder.Combine("spool"));
        await service.UntilReadyAsync();
        Assert.Equal(200, (await service.SendAsync(Numbers("1"), FromRouter)).Status);
        Assert.Single(await RecordsAsync(service));
    }

    [Fact]
    public async Task Without_a_spool_a_service_that_serves_anyway_counts_what_is_lost()
    {
        await File.WriteAllTextAsync(folder.Combine("spool"), "in the way");
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        Assert.Equal(200, (await service.SendAsync(Numbers("1"), FromRouter)).Status);
        await service.UntilMetricsMatch("""modelserving_predictions_lost_total\{[^}]*reason="disk"[^}]*\} 1""");
        Assert.StartsWith("ok\n", await service.Client.GetStringAsync("/health/ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_mode_disk_a_prediction_is_on_the_disk_before_its_answer()
    {
        await using var service = await StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32), static log => log with { Mode = SpoolMode.Disk });
        Assert.Equal(200, (await service.SendAsync(Numbers("1"), FromRouter)).Status);
        Assert.Single(await RecordsAsync(service));
    }

    private static (string, string)[] Traced(string header) => [("traceparent", header)];

    private static string Numbers(string data) =>
        $$"""{"inputs":[{"name":"x","shape":[{{data.Split(',').Length}}],"datatype":"FP32","data":[{{data}}]}]}""";

    private static string Indices(string data) => $$"""{"inputs":[{"name":"i","shape":[1],"datatype":"INT64","data":[{{data}}]}]}""";

    private Task<RunningInference> StartAsync(byte[] onnx, Func<PredictionLogSettings, PredictionLogSettings>? change = null)
    {
        var log = new PredictionLogSettings { Store = Store, Spool = folder.Combine("spool") };
        return RunningInference.StartAsync(onnx, settings => settings with { Predictions = change?.Invoke(log) ?? log });
    }

    // A stop ships everything.
    private async Task<IReadOnlyList<PredictionRecord>> RecordsAsync(RunningInference service)
    {
        await service.StopAsync();
        var store = PredictionStores.Open(Store, retentionDays: 30, oci: null);
        using var owned = store as IDisposable;
        var records = new List<PredictionRecord>();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60;
        for (var minute = now - 5; minute <= now; minute++)
        {
            await foreach (var record in store.ReadAsync(RunningInference.Model, minute, CancellationToken.None))
                records.Add(record);
        }

        return records;
    }
}

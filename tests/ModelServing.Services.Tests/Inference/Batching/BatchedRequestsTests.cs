using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Requests of many callers, in JSON and in Protocol Buffers, share calls of the model, and no caller notices.</summary>
public class BatchedRequestsTests
{
    private const int Callers = 200;
    private const int RequestsOfEach = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Whatever_others_send_every_caller_gets_its_own_rows_and_a_bad_row_fails_its_own_request_only(int turns)
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.LookupAndAdd(), settings => settings with { Concurrency = turns, BatchRows = 16 });
        var (bad, late, numbers) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            await Task.Yield();
            var random = new Random(caller);
            for (var i = 0; i < RequestsOfEach; i++)
            {
                var kind = random.Next(20);
                if (kind == 0)
                {
                    await LeaveAsync(service, random);
                    continue;
                }

                // No two elements of all requests are equal.
                var rows = SomeRows.Next(random, Interlocked.Add(ref numbers, SomeRows.MostElements), isBad: kind == 1);
                var form = (RowsForm)random.Next(3);
                var (body, type) = rows.ToBody(form);
                var (group, isHurried) = ($"{caller % 5}", kind is 2 or 3);
                var answer = isHurried
                    ? await service.SendAsync(body, type, ("X-Model-Client-Group", group), ("X-Request-Timeout", $"{random.Next(1, 40)}"))
                    : await service.SendAsync(body, type, ("X-Model-Client-Group", group));
                if (isHurried && answer.Status is 408 or 503 or 504)
                {
                    Interlocked.Increment(ref late);
                    continue;
                }

                if (kind == 1)
                {
                    Interlocked.Increment(ref bad);
                    Assert.True(answer.Status == 500, answer.Body);
                    Assert.Contains("urn:modelserving:problem:model-failed", answer.Body, StringComparison.Ordinal);
                    continue;
                }

                Assert.True(answer.Status == 200, answer.Body);
                var outputs = SomeRows.Read(form, answer.Bytes);
                Assert.Equal(rows.Expected.Select(static output => output.Name), outputs.Select(static output => output.Name));
                Assert.All(outputs.Zip(rows.Expected), static pair => Assert.Equal(pair.Second.Data, pair.First.Data));
            }
        }));
        Assert.InRange(bad, 20, Callers * RequestsOfEach);
        Assert.InRange(late, 0, Callers * RequestsOfEach / 5);
        var metrics = await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.InRange(Metric(metrics, "modelserving_inference_model_duration_seconds_count"), 1, Callers * RequestsOfEach * 0.9);
        Assert.InRange(Metric(metrics, "modelserving_inference_batch_failures_total"), 1, bad);
    }

    [Fact]
    public async Task A_row_that_takes_long_costs_the_others_of_its_batch_little()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.LoopOfRows(), static settings => settings with { Concurrency = 2 });
        Assert.Contains(service.Log, static line => line.Message.Contains("in batches of up to 32 rows", StringComparison.Ordinal));
        // While two calls have all turns, the others wait. They become one batch.
        using var holding = new CancellationTokenSource();
        var holders = await TakenTurns.TakeAsync(service, 2, holding.Token);
        var endless = CountAsync(service, SomeSlowOnnx.Endless, 300_000);
        await service.UntilMetricsMatch("""modelserving_inference_queue_length\{[^}]*\} 1""");
        var others = Enumerable.Range(1, 5).Select(i => CountAsync(service, i, 60_000)).ToList();
        await service.UntilMetricsMatch("""modelserving_inference_queue_length\{[^}]*\} 6""");
        await holding.CancelAsync();
        var answers = await Task.WhenAll(others);
        Assert.Equal([1, 2, 3, 4, 5], answers.Select(static answer =>
            JsonNode.Parse(answer.Body)!["outputs"]?[0]!["data"]![0]!.GetValue<int>() ?? 0));
        foreach (var holder in holders)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        Assert.False(endless.IsCompleted);
        await service.UntilMetricsMatch("""modelserving_inference_batch_failures_total\{[^}]*\} 1""");
        service.Client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
    }

    [Theory]
    [InlineData(1, "one by one, because the setting says so")]
    [InlineData(7, "in batches of up to 7 rows")]
    public async Task The_setting_limits_the_rows(int rows, string text)
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Linear(4, 2), settings => settings with { BatchRows = rows });
        Assert.Contains(service.Log, line => line.Message.Contains(text, StringComparison.Ordinal));
    }

    private static double Metric(string metrics, string name) =>
        double.Parse(Regex.Match(metrics, name + @"\{[^}]*\} (\S+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private static Task<InferenceReply> CountAsync(RunningInference service, long steps, int milliseconds) => service.SendAsync(
        $$"""{"inputs":[{"name":"count","shape":[1],"datatype":"INT64","data":[{{steps}}]}]}""",
        ("X-Request-Timeout", $"{milliseconds}"));

    private static async Task LeaveAsync(RunningInference service, Random random)
    {
        using var connection = await RawConnection.ConnectAsync(service.Address);
        var body = SomeRows.Next(random, 0, isBad: false).ToJson();
        await connection.SendAsync($"POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        if (random.Next(2) == 0)
            connection.Reset();
    }
}

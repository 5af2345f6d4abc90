using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Prediction records that came through a whole platform: router, version, spool, store and <c>ms</c>.</summary>
public sealed class PredictionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_record_of_a_request_in_an_experiment_names_the_variant_and_the_experiment()
    {
        using var folder = new StackFolder("""
                fraud:
                  stable: { version: 1 }
                  experiment: { name: q4, arms: { treatment: { version: 2, percent: 50 } } }
            """);
        await folder.PublishAsync();
        await using var ms = await folder.UpAsync();

        // One request of each variant. That 200 requests miss one has a probability of 1 in 2^199.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = folder.Api };
        var ids = new Dictionary<string, string>();
        for (var sent = 0; sent < 200 && ids.Count < 2; sent++)
        {
            var data = string.Join(',', Enumerable.Repeat(1, 15));
            using var content = new StringContent(
                $$"""{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[{{data}}]}]}""");
            using var answer = await http.PostAsync("/v2/models/fraud/infer", content, Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
            ids[answer.Headers.GetValues(HeaderNames.ModelVariant).Single()] = answer.Headers.GetValues(HeaderNames.RequestId).Single();
        }

        Assert.Equal(["stable", "treatment"], ids.Keys.Order());
        foreach (var (variant, id) in ids)
        {
            var attempt = Assert.Single((await FindAsync(folder, id)).GetProperty("attempts").EnumerateArray());
            Assert.Equal(
                (id, variant, variant == "stable" ? 1 : 2, "q4"),
                (attempt.GetProperty("requestId").GetString(), attempt.GetProperty("variant").GetString(),
                    attempt.GetProperty("version").GetInt32(), attempt.GetProperty("experiment").GetString()));
        }
    }

    // A record lands a moment after its answer.
    private static async Task<JsonElement> FindAsync(StackFolder folder, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(MsProcess.Timeout);
        while (true)
        {
            await using var ms = MsProcess.Start(folder, "prediction", id, "--json");
            if (await ms.ExitAsync() == 0)
                return JsonDocument.Parse(ms.StandardOutput).RootElement.Clone();
            Assert.False(limit.IsCancellationRequested, ms.Output);
            await Task.Delay(100, Token);
        }
    }
}

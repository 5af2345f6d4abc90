using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>A canary that uses a new version of a view, beside a stable version that uses the old one.</summary>
public sealed class FeatureCanaryTests : IDisposable
{
    private const int Cards = 20;
    private const int Payments = 400;
    private const string Unavailable = "card-activity=unavailable";

    private static readonly DateTimeOffset Began = DateTimeOffset.UtcNow.AddHours(-1);

    private readonly StackFolder folder = new();
    private readonly HttpClient http = new() { Timeout = MsProcess.Timeout };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        http.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_new_view_is_filled_from_the_event_log_before_the_canary_answers_and_both_views_are_served_at_once()
    {
        await PublishAsync(1, "total: { count: payments, window: 1d }");
        await PublishAsync(2, "total: { sum: payments.amount, window: 1d }");
        WriteStack("stable: { version: 1 }", "1");
        await using var up = await folder.UpAsync();
        await IngestAsync();
        // Stable has the number of each card's payments.
        await Until.TrueAsync(
            () => Infer(1, 3) == (HttpStatusCode.OK, Payments / Cards, null), () => $"stable has no features:\n{up.Output}");

        WriteStack("stable: { version: 1 }, canary: { version: 2, percent: 50 }", "1, 2");
        var first = (Status: HttpStatusCode.NotFound, Value: float.NaN, Defaults: (string?)null);
        await Until.TrueAsync(
            () =>
            {
                // Stable never has anything but its own features.
                Assert.Equal((HttpStatusCode.OK, Payments / Cards, null), Infer(1, 3));
                first = Infer(2, 3);
                return first.Status == HttpStatusCode.OK;
            },
            () => $"the canary was never ready; the last answer was {first}:\n{up.Output}");

        // Its very first answer has the sum over events that are older than the view.
        Assert.Equal((HttpStatusCode.OK, SumOf(3), null), first);
        for (var card = 0; card < Cards; card++)
        {
            Assert.Equal((HttpStatusCode.OK, Payments / Cards, null), Infer(1, card));
            Assert.Equal((HttpStatusCode.OK, SumOf(card), null), Infer(2, card));
        }

        up.Signal("INT");
        Assert.True(await up.ExitAsync() == 0, up.Output);
    }

    // A model that answers the feature, and the view that it uses.
    private async Task PublishAsync(int version, string feature)
    {
        var view = Path.Combine(folder.FullPath, $"view-{version}.yaml");
        await File.WriteAllTextAsync(
            view,
            $$"""
            view: card-activity
            version: {{version}}
            entity: { card_id: int64 }
            sources:
              payments: { fields: { amount: decimal(2) } }
            lateness: 1h
            ttl: 3d
            features:
              {{feature}}
            """,
            Token);
        var applied = await MsProcess.QueryAsync(folder, "features", "apply", view);
        var training = Path.Combine(folder.FullPath, $"training-{version}.json");
        await File.WriteAllTextAsync(
            training,
            $$"""
            {"features": {"input": "x", "columns": ["card-activity.total"],
              "views": [{"view": "card-activity", "version": {{version}}, "digest": "{{Digest(applied)}}" } ] } }
            """,
            Token);
        var model = Path.Combine(folder.FullPath, "model.onnx");
        await File.WriteAllBytesAsync(model, SomeOnnx.Identity(Datatype.Fp32, -1, 1), Token);
        var (exitCode, output) = await MsProcess.RunAsync(
            folder, "publish", "fraud", model, "--training", training, "--version", version.ToString(CultureInfo.InvariantCulture));
        Assert.True(exitCode == 0, output);
    }

    private static string Digest(JsonElement applied) => applied[0].GetProperty("digest").GetString()!;

    private void WriteStack(string fraud, string views) => File.WriteAllText(folder.StackFile, $$"""
        config:
          modelserving:local: { port: {{folder.Port}} }
          modelserving:models: { fraud: { {{fraud}} } }
          modelserving:features: { views: { card-activity: { versions: [{{views}}] } } }
        """);

    private async Task IngestAsync()
    {
        var file = Path.Combine(folder.FullPath, "events.jsonl");
        var events = new StringBuilder();
        for (var number = 0; number < Payments; number++)
        {
            var time = IsoTime.Write(Began.AddSeconds(number));
            var fields = $$"""{"card_id": {{number % Cards}}, "amount": {{AmountOf(number)}}.25}""";
            events.Append(
                CultureInfo.InvariantCulture,
                $$"""{"source": "payments", "id": "tx-{{number}}", "time": "{{time}}", "fields": {{fields}}}""").Append('\n');
        }

        await File.WriteAllTextAsync(file, events.ToString(), Token);
        var (exitCode, output) = await MsProcess.RunAsync(folder, "features", "ingest", file);
        Assert.True(exitCode == 0, output);
    }

    private static int AmountOf(int number) => 1 + (number % 7);

    private static float SumOf(int card)
    {
        var sum = 0f;
        for (var number = card; number < Payments; number += Cards)
            sum += AmountOf(number) + 0.25f;
        return sum;
    }

    // On a busy machine, a read of the cache can miss its short time limit. The answer says so, and has nothing of the view.
    private (HttpStatusCode Status, float Value, string? Defaults) Infer(int version, int card)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = InferOnce(version, card);
            if (answer.Defaults != Unavailable || Stopwatch.GetElapsedTime(began) > MsProcess.Timeout)
                return answer;
        }
    }

    private (HttpStatusCode Status, float Value, string? Defaults) InferOnce(int version, int card)
    {
        var path = new Uri(folder.Api, InferencePaths.Infer(ModelName.Parse("fraud"), new ModelVersion(version)));
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(
                $$"""{"inputs":[{"name":"card_id","shape":[1],"datatype":"INT64","data":[{{card}}]}]}""",
                Encoding.UTF8,
                "application/json"),
        };
        using var answer = http.Send(request, Token);
        using var body = JsonDocument.Parse(answer.Content.ReadAsStream(Token));
        return answer.StatusCode == HttpStatusCode.OK
            ? (
                answer.StatusCode,
                body.RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle(),
                answer.Headers.TryGetValues(HeaderNames.FeatureDefaults, out var defaults) ? defaults.Single() : null)
            : (answer.StatusCode, float.NaN, null);
    }
}

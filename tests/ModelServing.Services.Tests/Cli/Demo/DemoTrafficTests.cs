using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Cli.Demo;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Cli.Demo;

public class DemoTrafficTests
{
    private const string Answered = """{"outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[0]}]}""";

    [Fact]
    public async Task Each_row_is_sent_once_by_the_protocol_with_its_customer_as_key()
    {
        var seen = new ConcurrentDictionary<string, string>();
        await using var api = await StartAsync(async context =>
        {
            Assert.Equal("/v2/models/fraud/infer", context.Request.Path);
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var inputs = body.RootElement.GetProperty("inputs").EnumerateArray().ToList();
            Assert.Equal(
                ["card_id INT64 [1]", "terminal_id INT64 [1]", "amount FP64 [1]", "time INT64 [1]"],
                inputs.Select(static input =>
                    $"{input.GetProperty("name")} {input.GetProperty("datatype")} {input.GetProperty("shape")}"));
            Assert.True(seen.TryAdd(
                string.Join(' ', inputs.Select(static input => input.GetProperty("data")[0].GetRawText())),
                context.Request.Headers["X-Customer"].ToString()));
            Assert.Equal("msk_some", context.Request.Headers["X-API-Key"]);
            context.Response.Headers["X-Model-Variant"] = "canary";
            context.Response.Headers["X-Model-Version"] = "2";
            context.Response.Headers["X-Model-Feature-Defaults"] = "card-activity=missing";
            await context.Response.WriteAsync(Answered);
        });
        var payments = Payments(100);
        var sent = 0;
        var events = new ConcurrentBag<SampleEvent>();
        using var traffic = new DemoTraffic(new Uri(api.Urls.First()), "msk_some", payments, Add, TimeProvider.System);
        var answers = await traffic.SendAsync(100, "X-Customer", () => Interlocked.Increment(ref sent), default);
        Assert.Equal(100, sent);
        Assert.All(answers, static answer => Assert.Equal(("canary", 2, null), (answer.Variant, answer.Version, answer.Failure)));
        Assert.Equal(100, seen.Count);
        Assert.Equal("1042", seen["1042 7 42.5 1530963642000000"]);
        Assert.All(answers, static answer => Assert.Equal("card-activity=missing", answer.Defaults));
        Assert.Equal(50, answers.Count(static answer => answer.IsFraud));
        // Every payment has flowed, and so has the fraud of the days before that became known meanwhile.
        Assert.Equal(
            Enumerable.Range(1000, 100), events.Where(static one => one.Source == "payments").Select(static one => one.CardId).Order());
        Assert.Equal("9999", Assert.Single(events, static one => one.Source == "frauds").Id);

        ValueTask Add(SampleEvent one, CancellationToken cancellation)
        {
            events.Add(one);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public void The_history_is_what_is_known_before_the_first_payment_and_later_laps_are_later()
    {
        var payments = Payments(2);
        Assert.Equal(["9998", "9998", "9999"], payments.History.Select(static one => one.Id));
        var taken = payments.Take(3);
        Assert.Equal([0, 1], taken.Take(2).Select(static one => one.Id));
        Assert.Equal(taken[0].Time.AddDays(35), taken[2].Time);
        Assert.NotEqual(taken[0].Id, taken[2].Id);
        Assert.Equal(["9999", "0"], payments.TakeFrauds(taken[0].Time.AddDays(7)).Select(static one => one.Id));
        Assert.Empty(payments.TakeFrauds(taken[0].Time.AddDays(7)));
    }

    // Payments of the first day of the evaluation, every other one a fraud; two fraudulent ones before it, of which one is known.
    private static DemoPayments Payments(int count)
    {
        var first = SampleDataset.Evaluation.First * Transaction.SecondsPerDay;
        return new DemoPayments(
        [
            new Transaction(9998, first - (38 * Transaction.SecondsPerDay), 1, 1, 1, FraudScenario.LargeAmount),
            new Transaction(9999, first + 42001 - (7 * Transaction.SecondsPerDay), 1, 1, 1, FraudScenario.LargeAmount),
            .. Enumerable.Range(0, count).Select(i => new Transaction(
                i, first + 42000 + i, i + 1000, 7, i * 100 + 50, i % 2 == 0 ? FraudScenario.LargeAmount : FraudScenario.None)),
        ]);
    }

    [Theory]
    [InlineData(503, """{"type":"urn:modelserving:problem:no-ready-endpoint"}""", "503 no-ready-endpoint")]
    [InlineData(500, "not JSON", "500")]
    [InlineData(200, "{}", "200 with another body than an answer")]
    [InlineData(200, """{"outputs":[]}""", "200 without outputs")]
    [InlineData(200, """{"outputs":[{}]}""", "200 with another body than an answer")]
    [InlineData(200, """{"outputs":[""", "200 with another body than an answer")]
    [InlineData(200, Answered, null)]
    public async Task An_answer_counts_when_it_is_200_with_outputs(int status, string body, string? failure)
    {
        await using var api = await StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        Assert.Equal(failure, await OneAsync(api.Urls.First()));
    }

    [Fact]
    public async Task A_broken_off_answer_and_a_refused_connection_are_failures()
    {
        await using var api = await StartAsync(static async context =>
        {
            context.Response.Headers["X-Model-Variant"] = "canary";
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{");
        });
        var url = api.Urls.First();
        var broken = await AnswerAsync(url);
        Assert.Equal(("answer cut short", "canary"), (broken.Failure, broken.Variant));
        await api.StopAsync();
        Assert.Equal("connection refused", await OneAsync(url));
    }

    private static async Task<string?> OneAsync(string url) => (await AnswerAsync(url)).Failure;

    private static async Task<DemoAnswer> AnswerAsync(string url)
    {
        using var traffic = new DemoTraffic(
            new Uri(url), "msk_some", Payments(1), static (_, _) => ValueTask.CompletedTask, TimeProvider.System);
        return Assert.Single(await traffic.SendAsync(1, null, static () => { }, default));
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}

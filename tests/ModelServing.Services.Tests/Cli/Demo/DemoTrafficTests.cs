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
    [Fact]
    public async Task Each_row_is_sent_once_by_the_protocol_with_its_customer_as_key()
    {
        var seen = new ConcurrentDictionary<float, string>();
        await using var api = await StartAsync(async context =>
        {
            Assert.Equal("/v2/models/fraud/infer", context.Request.Path);
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var input = Assert.Single(body.RootElement.GetProperty("inputs").EnumerateArray());
            Assert.Equal(
                "features FP32 [1,2]",
                $"{input.GetProperty("name")} {input.GetProperty("datatype")} {input.GetProperty("shape")}");
            Assert.True(seen.TryAdd(input.GetProperty("data")[0].GetSingle(), context.Request.Headers["X-Customer"].ToString()));
            Assert.Equal("msk_some", context.Request.Headers["X-API-Key"]);
            context.Response.Headers["X-Model-Variant"] = "canary";
            context.Response.Headers["X-Model-Version"] = "2";
            await context.Response.WriteAsync("""{"outputs":[{}]}""");
        });
        var rows = Enumerable.Range(0, 100)
            .Select(static i => new SampleRow(new Transaction(i, 0, i + 1000, 0, 0, FraudScenario.None), new float[] { i + 0.1f, 2 }))
            .ToList();
        var sent = 0;
        using var traffic = new DemoTraffic(new Uri(api.Urls.First()), "msk_some", rows, TimeProvider.System);
        var answers = await traffic.SendAsync(rows.Count, "X-Customer", () => Interlocked.Increment(ref sent), default);
        Assert.Equal(100, sent);
        Assert.All(answers, static answer => Assert.Equal(("canary", 2, null), (answer.Variant, answer.Version, answer.Failure)));
        Assert.Equal(100, seen.Count);
        Assert.Equal("1042", seen[42.1f]);
    }

    [Theory]
    [InlineData(503, """{"type":"urn:modelserving:problem:no-ready-endpoint"}""", "503 no-ready-endpoint")]
    [InlineData(500, "not JSON", "500")]
    [InlineData(200, "{}", "200 without outputs")]
    [InlineData(200, """{"outputs":[]}""", "200 without outputs")]
    [InlineData(200, """{"outputs":[{}]""", "200 with invalid JSON")]
    [InlineData(200, """{"outputs":[{}]}""", null)]
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
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{");
        });
        var url = api.Urls.First();
        Assert.Equal("answer cut short", await OneAsync(url));
        await api.StopAsync();
        Assert.Equal("connection refused", await OneAsync(url));
    }

    private static async Task<string?> OneAsync(string url)
    {
        var row = new SampleRow(new Transaction(0, 0, 0, 0, 0, FraudScenario.None), new float[] { 1 });
        using var traffic = new DemoTraffic(new Uri(url), "msk_some", [row], TimeProvider.System);
        return Assert.Single(await traffic.SendAsync(1, null, static () => { }, default)).Failure;
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

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Cli;
using ModelServing.Cli.Demo;
using ModelServing.Cli.Features;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Cli.Demo;

public class EventFlowTests
{
    private const int Events = 5_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_is_posted_although_the_server_is_unavailable_and_busy_for_a_while()
    {
        var seen = new ConcurrentDictionary<string, int>();
        var (posts, connections) = (0, 0);
        await using var server = await StartAsync(async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var events = body.RootElement.GetProperty("events");
            Assert.InRange(events.GetArrayLength(), 1, 2_000);
            if (Interlocked.Increment(ref posts) == 2)
            {
                context.Response.StatusCode = 503;
                context.Response.Headers.RetryAfter = "0";
                return;
            }

            foreach (var one in events.EnumerateArray())
                seen.AddOrUpdate(one.GetProperty("id").GetString()!, 1, static (_, count) => count + 1);
            await context.Response.WriteAsync($$"""{"accepted":{{events.GetArrayLength()}},"lastSequence":1}""");
        });
        await using var flow = new EventFlow(
            () => Interlocked.Increment(ref connections) == 2
                ? throw new CommandException(ExitCode.Failed, "the feature server does not run")
                : new FeatureClient(new Uri(server.Urls.First()), "msk_some"),
            TimeProvider.System);
        for (var i = 0; i < Events; i++)
            await flow.AddAsync(Event(i), Token);
        await flow.FinishAsync(Token);
        Assert.Equal(Events, flow.Logged);
        Assert.Equal(Events, seen.Count);
        Assert.All(seen.Values, static count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Events_that_are_refused_end_it_for_those_who_add_more()
    {
        await using var server = await StartAsync(static context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync("""{"detail":"events[0].id is missing"}""");
        });
        await using var flow = new EventFlow(() => new FeatureClient(new Uri(server.Urls.First()), null), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<CommandException>(async () =>
        {
            for (var i = 0; i < Events; i++)
                await flow.AddAsync(Event(i), Token);
        });
        Assert.Equal("events[0].id is missing", failure.Message);
        Assert.Same(failure, await Assert.ThrowsAsync<CommandException>(() => flow.FinishAsync(Token)));
    }

    [Fact]
    public void The_figures_count_default_features_by_reason()
    {
        DemoAnswer[] answers =
        [
            new("stable", 1, TimeSpan.Zero, null),
            new("stable", 1, TimeSpan.Zero, null, null, "card-activity=missing"),
            new("canary", 2, TimeSpan.Zero, null, null, "card-activity=missing"),
            new("canary", 2, TimeSpan.Zero, null, null, "terminal-risk=expired"),
        ];
        Assert.Equal(
            "Each payment was sent as card_id, terminal_id, amount and time. 3 of 4 answers used default features " +
                "(card-activity=missing: 2; terminal-risk=expired: 1). 1,234 events flowed into the feature store.",
            FeatureFigures.From(answers, 1234).Describe(4));
        Assert.Contains("0 of 1 answers used default features. 5 events", FeatureFigures.From(answers[..1], 5).Describe(1),
            StringComparison.Ordinal);
    }

    private static SampleEvent Event(int id) => SampleEvents.Payment(new Transaction(id, id, 1, 2, 300, FraudScenario.None));

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

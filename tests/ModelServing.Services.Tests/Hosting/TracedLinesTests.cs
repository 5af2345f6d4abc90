using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>Ordinary lines of a host's log that are written during a request.</summary>
[Collection(nameof(OwnProcess))]
public class TracedLinesTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    [Fact]
    public async Task A_line_of_a_request_has_the_callers_trace_and_the_hosts_span()
    {
        await using var collector = await SomeCollector.StartAsync();
        var line = await SayAsync(SomeSettings.OnFreePort with { OtlpEndpoint = collector.Address });
        Assert.Equal(Trace, line.GetProperty("@tr").GetString());
        var span = Assert.Single(collector.Spans, static span => span.Trace == Trace);
        Assert.Equal((Caller, line.GetProperty("@sp").GetString()), (span.Parent, span.Id));
    }

    // Nothing is traced then, so that no request pays for it.
    [Fact]
    public async Task Without_a_collector_it_has_none() =>
        Assert.False((await SayAsync(SomeSettings.OnFreePort)).TryGetProperty("@tr", out _));

    private static async Task<JsonElement> SayAsync(SomeSettings settings)
    {
        var (before, log) = (Console.Out, new StringWriter());
        Console.SetOut(log);
        try
        {
            // Its end exports the spans.
            await using var host = await SomeHost.StartAsync(
                settings with { LogFormat = LogFormat.Json }, static app => app.Map("/say", Say));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/say");
            request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
            using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode);
        }
        finally
        {
            Console.SetOut(before);
        }

        var line = Assert.Single(log.ToString().Split('\n'), static line => line.Contains("An ordinary line", StringComparison.Ordinal));
        return JsonSerializer.Deserialize<JsonElement>(line);
    }

    private static Task Say(HttpContext context)
    {
        context.RequestServices.GetRequiredService<ILogger<TracedLinesTests>>().LogInformation("An ordinary line");
        return Task.CompletedTask;
    }
}

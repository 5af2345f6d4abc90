using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class DrainLifetimeTests
{
    private static readonly SomeSettings WithDelay = SomeSettings.OnFreePort with { DrainDelay = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_stopping_host_is_not_ready_but_accepts_requests_until_the_delay_is_over()
    {
        await using var host = await SomeHost.StartAsync(WithDelay, app => app.MapGet("/work", () => "done"));
        host.Readiness.Ready();
        Assert.Equal((200, "ok\n"), await host.GetAsync("/health/ready"));

        Stop(host);
        Assert.Equal((503, "not ready: stopping\n"), await host.GetAsync("/health/ready"));
        Assert.Equal((200, "ok\n"), await host.GetAsync("/health/live"));
        Assert.Equal((200, "done"), await host.GetAsync("/work"));
        host.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.False(host.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        host.Time.Advance(TimeSpan.FromTicks(1));
        await Stopping(host);
    }

    [Fact]
    public async Task A_host_that_is_stopped_twice_does_not_wait_for_the_delay()
    {
        await using var host = await SomeHost.StartAsync(WithDelay);
        Stop(host);
        Assert.False(host.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        Stop(host);
        Assert.True(host.App.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Without_a_delay_a_host_stops_at_once()
    {
        await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort);
        Stop(host);
        Assert.True(host.App.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Requests_in_flight_may_finish()
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort, app => app.MapGet("/slow", async () =>
        {
            begun.SetResult();
            await end.Task;
            return "done";
        }));
        var request = host.GetAsync("/slow");
        await begun.Task;
        Stop(host);
        var stopped = host.App.WaitForShutdownAsync();
        await Stopping(host);
        end.SetResult();
        Assert.Equal((200, "done"), await request);
        await stopped;
    }

    [Fact]
    public async Task A_host_reports_why_it_is_not_ready()
    {
        await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort);
        Assert.Equal((503, "not ready: starting\n"), await host.GetAsync("/health/ready"));
        Assert.Equal(200, (await host.GetAsync("/health/live")).Status);
        host.Readiness.NotReady("no plan");
        Assert.Equal((503, "not ready: no plan\n"), await host.GetAsync("/health/ready"));
        host.Readiness.Ready();
        Assert.Equal((200, "ok\n"), await host.GetAsync("/health/ready"));
        using var head = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health/ready"));
        Assert.Equal(StatusCodes.Status200OK, (int)head.StatusCode);
    }

    [Fact]
    public async Task A_stopping_host_does_not_become_ready_again()
    {
        await using var host = await SomeHost.StartAsync(WithDelay);
        Stop(host);
        host.Readiness.Ready();
        Assert.Equal("stopping", host.Readiness.Reason);
    }

    private static void Stop(SomeHost host) =>
        ((DrainLifetime)host.App.Services.GetRequiredService<IHostLifetime>()).Stop("a test wants it");

    private static Task Stopping(SomeHost host)
    {
        var stopping = new TaskCompletionSource();
        host.App.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }
}

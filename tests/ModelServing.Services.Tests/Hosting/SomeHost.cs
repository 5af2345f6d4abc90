using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>A running host with its own clock.</summary>
internal sealed class SomeHost : IAsyncDisposable
{
    private SomeHost(WebApplication app, SteppedTime time)
    {
        App = app;
        Time = time;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    internal WebApplication App { get; }

    internal SteppedTime Time { get; }

    internal HttpClient Client { get; }

    internal Readiness Readiness => App.Services.GetRequiredService<Readiness>();

    internal static async Task<SomeHost> StartAsync(SomeSettings settings, Action<WebApplication>? map = null)
    {
        var time = new SteppedTime();
        var app = ServiceHost.Build(
            "some-host",
            settings,
            (builder, _) => builder.Services.AddSingleton<TimeProvider>(time),
            (app, _) => map?.Invoke(app));
        await app.StartAsync();
        return new SomeHost(app, time);
    }

    internal async Task<(int Status, string Text)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}

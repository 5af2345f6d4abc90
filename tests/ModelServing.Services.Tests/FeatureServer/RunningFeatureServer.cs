using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer;
using ModelServing.Features.Definitions;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.OnlineStore;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.FeatureServer;

/// <summary>A feature server in this process, with Garnet as its cache, that fills the view card-activity.</summary>
internal sealed class RunningFeatureServer : IAsyncDisposable
{
    private readonly TemporaryFolder volume = new();
    private readonly TestedCache cache;
    private WebApplication? app;

    private RunningFeatureServer(TestedCache cache) => this.cache = cache;

    internal TemporaryFolder Bucket { get; } = new();

    internal TestedCache Cache => cache;

    internal HttpClient Client { get; } = new();

    internal IServiceProvider Services => app!.Services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<RunningFeatureServer> StartAsync(
        Func<FeatureServerSettings, FeatureServerSettings>? change = null, params ViewDefinition[] published)
    {
        var server = new RunningFeatureServer(await TestedGarnet.StartAsync());
        try
        {
            foreach (var view in published.Length > 0 ? published : [SomeViews.CardActivity()])
                await server.PublishAsync(view);
            await server.RestartAsync(change);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    internal async Task PublishAsync(ViewDefinition view)
    {
        await new PublishedViews(RegistryLocation.Open("file:" + Bucket.FullPath)).PublishAsync(view, Token);
    }

    /// <summary>Stops the server, if it runs, and starts it again on the same volume.</summary>
    internal async Task RestartAsync(Func<FeatureServerSettings, FeatureServerSettings>? change = null)
    {
        await StopAsync();
        var settings = new FeatureServerSettings
        {
            Registry = "file:" + Bucket.FullPath,
            Cache = cache.Settings,
            Log = new EventLogSettings { Folder = volume.FullPath },
            Views = [new NamedView("card-activity", 1)],
            Urls = "http://127.0.0.1:0",
            LogFormat = LogFormat.Json,
        };
        app = ServiceHost.Build("feature-server", change?.Invoke(settings) ?? settings, FeatureServerHost.Add, FeatureServerHost.Map);
        await app.StartAsync(Token);
        Address = new Uri(app.Urls.First());
        MetricsAddress = new Uri(app.Urls.Last());
        var readiness = app.Services.GetRequiredService<Readiness>();
        while (readiness.Reason is not null)
            await Task.Delay(5, Token);
    }

    internal Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The address for metrics, or the only one.</summary>
    internal Uri MetricsAddress { get; private set; } = new("http://127.0.0.1/");

    internal async Task StopAsync()
    {
        if (app is null)
            return;
        await app.StopAsync(Token);
        await app.DisposeAsync();
        app = null;
    }

    internal Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Client.PostAsync(new Uri(Address, path), new StringContent(json, Encoding.UTF8, "application/json"), Token);

    internal Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(Address, path), Token);

    /// <summary>Posts events that must be accepted.</summary>
    internal async Task<AcceptedEvents> AcceptAsync(string json)
    {
        using var answer = await PostAsync(FeaturePaths.Events, json);
        var body = await answer.Content.ReadAsByteArrayAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        return AcceptedEvents.Parse(body);
    }

    /// <summary>Waits until the views are filled and all events are applied.</summary>
    internal async Task<ServedViews> AppliedAsync()
    {
        while (true)
        {
            var served = ServedViews.Parse(await Client.GetByteArrayAsync(new Uri(Address, FeaturePaths.Views), Token));
            if (served.Views.All(view => view.Filled && view.AppliedTo >= served.LastSequence))
                return served;
            await Task.Delay(10, Token);
        }
    }

    /// <summary>Reads the detail of a problem with a status.</summary>
    internal static async Task<string> DetailAsync(HttpResponseMessage answer, int status)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.True((int)answer.StatusCode == status, body.ToString());
        return body.GetProperty("detail").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        await cache.DisposeAsync();
        volume.Dispose();
        Bucket.Dispose();
    }
}

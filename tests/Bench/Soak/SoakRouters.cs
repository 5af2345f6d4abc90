using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak;

/// <summary>Router processes on one journal, before a stable version that is well and a canary that can be made to fail.</summary>
internal sealed class SoakRouters : IAsyncDisposable
{
    private static readonly ModelVersion Stable = new(1);

    private readonly TemporaryFolder folder = new();
    private readonly string key = ApiKey.Make();
    private readonly List<SoakRouter> routers = [];
    private WebApplication? stable;
    private WebApplication? canary;
    private long firstFailed;
    private long lastCall;
    private int calls;
    private int canaryFails;

    internal static ModelVersion Canary { get; } = new(2);

    internal IReadOnlyList<SoakRouter> All => routers;

    /// <summary>The canary calls since <see cref="Fail"/>, and when the first of them failed and the last came (timestamps; 0 for none).</summary>
    internal (int Calls, long First, long Last) Seen => (Volatile.Read(ref calls), Interlocked.Read(ref firstFailed), Interlocked.Read(ref lastCall));

    /// <summary>Starts them with a canary that has a share of the traffic.</summary>
    internal static async Task<SoakRouters> StartAsync(int count, int percent, RedisServer? cache, CancellationToken cancellation)
    {
        var started = new SoakRouters();
        try
        {
            started.stable = await BackendAsync(static _ => StatusCodes.Status200OK, cancellation);
            started.canary = await BackendAsync(started.CanaryStatus, cancellation);
            await started.WriteAsync(percent, cancellation);
            for (var i = 0; i < count; i++)
                started.routers.Add(await started.StartRouterAsync(i, count, cache, cancellation));
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on the canary fails, or is well.</summary>
    internal void Fail(bool fails)
    {
        Volatile.Write(ref calls, 0);
        Interlocked.Exchange(ref firstFailed, 0);
        Interlocked.Exchange(ref lastCall, 0);
        Volatile.Write(ref canaryFails, fails ? 1 : 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var router in routers)
            await router.DisposeAsync();
        foreach (var backend in (WebApplication?[])[stable, canary])
        {
            if (backend is not null)
                await backend.DisposeAsync();
        }

        folder.Dispose();
    }

    private int CanaryStatus(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
            return StatusCodes.Status200OK;
        var now = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref calls);
        Interlocked.Exchange(ref lastCall, now);
        if (Volatile.Read(ref canaryFails) == 0)
            return StatusCodes.Status200OK;
        Interlocked.CompareExchange(ref firstFailed, now, 0);
        return StatusCodes.Status500InternalServerError;
    }

    private static async Task<WebApplication> BackendAsync(Func<HttpContext, int> status, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.StatusCode = status(context);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(RouterBench.Answer);
        });
        await app.StartAsync(cancellation);
        return app;
    }

    private async Task WriteAsync(int percent, CancellationToken cancellation)
    {
        var weight = percent * PlanDocument.Buckets / 100;
        var plan = new PlanDocument
        {
            Schema = PlanDocument.CurrentSchema,
            Rollouts = new()
            {
                [RouterBench.Model] = new RolloutPlan
                {
                    Revision = "soak",
                    DeadlineMilliseconds = 5000,
                    AttemptLimitMilliseconds = 2500,
                    Guard = new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
                    Variants = [new(VariantPlan.Canary, Canary, weight), new(VariantPlan.Stable, Stable, PlanDocument.Buckets - weight)],
                },
            },
        };
        var endpoints = new EndpointsDocument
        {
            Schema = EndpointsDocument.CurrentSchema,
            Endpoints = [new(RouterBench.Model, Stable, new Uri(stable!.Urls.First()).Authority, 1), new(RouterBench.Model, Canary, new Uri(canary!.Urls.First()).Authority, 2)],
        };
        var clients = new ClientsDocument
        {
            Schema = ClientsDocument.CurrentSchema,
            Anonymous = true,
            Clients = new() { [ModelName.Parse("soak")] = new ClientEntry { Role = ClientRole.Operator, KeyHashes = [ApiKey.HashOf(key)] } },
        };
        await File.WriteAllBytesAsync(folder.Combine("plan.json"), plan.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("endpoints.json"), endpoints.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("clients.json"), clients.ToUtf8(), cancellation);
    }

    private async Task<SoakRouter> StartRouterAsync(int number, int count, RedisServer? cache, CancellationToken cancellation)
    {
        var (port, admin) = (ServerProcess.FreePort(), ServerProcess.FreePort());
        var settings = new RouterSettings
        {
            Urls = $"http://127.0.0.1:{port}",
            AdminUrls = $"http://127.0.0.1:{admin}",
            LogFormat = LogFormat.Text,
            StopWithParent = true,
            Plan = HostSources.File(folder.Combine("plan.json")),
            Endpoints = HostSources.File(folder.Combine("endpoints.json")),
            Clients = HostSources.File(folder.Combine("clients.json")),
            Journal = HostSources.Sqlite(folder.Combine("journal.db")),
            JournalSnapshot = folder.Combine($"journal-{number}.snapshot"),
            RoutersMax = count,
            Environment = "soak",
            Cache = cache is null ? null : new CacheSettings { Addresses = [cache.Address.ToString()], Password = cache.Password },
        };
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Router"));
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        var process = await ServerProcess.StartAsync($"router {number}", start, port, static process =>
        {
            process.StandardInput.Close();
            return Task.CompletedTask;
        }, cancellation);
        await Proxies.ReadyAsync(port, cancellation);
        return new SoakRouter(process, new Uri($"http://127.0.0.1:{port}"), new Uri($"http://127.0.0.1:{admin}"), key);
    }
}

/// <summary>One of the router processes.</summary>
internal sealed class SoakRouter(ServerProcess process, Uri api, Uri admin, string key) : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });

    internal Uri Infer { get; } = new(api, InferencePaths.Infer(RouterBench.Model));

    internal async Task<ModelStatus> StatusAsync(CancellationToken cancellation) => RolloutsStatus.Parse(await AskAsync(HttpMethod.Get, AdminPaths.Rollouts, null, cancellation)).Models.Single();

    internal async Task<bool?> IsCacheReachedAsync(CancellationToken cancellation) => RolloutsStatus.Parse(await AskAsync(HttpMethod.Get, AdminPaths.Rollouts, null, cancellation)).CacheReached;

    internal Task RollbackAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, AdminPaths.Rollback(RouterBench.Model), new RollbackRequest(SoakRouters.Canary, "soak", "measured").ToUtf8(), cancellation);

    internal Task ResetAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, AdminPaths.Reset(RouterBench.Model), new ResetRequest(SoakRouters.Canary, "soak", "again").ToUtf8(), cancellation);

    /// <summary>Waits until the canary has traffic, or none; gives the moment in which that was seen.</summary>
    internal async Task<DateTimeOffset> UntilAsync(bool isServed, CancellationToken cancellation)
    {
        while ((await StatusAsync(cancellation)).Variants.Single(static variant => variant.Name == VariantPlan.Canary).ServedWeight > 0 != isServed)
            await Task.Delay(1, cancellation);
        return TimeProvider.System.GetUtcNow();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }

    private async Task<byte[]> AskAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        await process.CheckAsync();
        using var request = new HttpRequestMessage(method, new Uri(admin, path));
        request.Headers.Add(HeaderNames.ApiKey, key);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var answer = await http.SendAsync(request, cancellation);
        var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return answer.StatusCode == HttpStatusCode.OK ? content : throw new BenchException($"{path} answered {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(content)}");
    }
}

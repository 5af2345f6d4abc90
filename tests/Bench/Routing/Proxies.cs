using System.Diagnostics;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Routing;

/// <summary>The proxies. Each does what the router does: it picks a variant at random, identifies the request, and names the variant in the
/// answer.</summary>
internal static class Proxies
{
    // In the libraries' proxies, as in the router, completions run on the thread that polls.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    // More than one worker per core only adds cost.
    private static readonly int Workers = Math.Min(2, Environment.ProcessorCount);

    internal static async Task<MeasuredServer> NginxAsync(
        InstalledProgram nginx, TemporaryFolder folder, Backends backends, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        const string Kept = "keepalive 64; keepalive_requests 1000000000;";
        var http = $$"""
            split_clients "$request_id" $variant { {{RouterBench.CanaryPercent}}% canary; * stable; }
            upstream stable { server 127.0.0.1:{{backends.Stable}}; {{Kept}} }
            upstream canary { server 127.0.0.1:{{backends.Canary}}; {{Kept}} }
            server {
              listen 127.0.0.1:{{port}};
              location / {
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header X-Request-Id $request_id;
                proxy_pass http://$variant;
                add_header X-Request-Id $request_id;
                add_header X-Model-Variant $variant;
              }
            }
            """;
        return new MeasuredServer("nginx", await Nginx.StartAsync("nginx", nginx, folder, Workers, http, port, cancellation), port);
    }

    internal static async Task<MeasuredServer> HaproxyAsync(
        InstalledProgram haproxy, TemporaryFolder folder, Backends backends, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        var configuration = folder.Combine("haproxy.cfg");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global
              nbthread {{Workers}}
            defaults
              mode http
              timeout connect 5s
              timeout client 30s
              timeout server 30s
              http-reuse always
              unique-id-format %[uuid()]
              unique-id-header X-Request-Id
            frontend api
              bind 127.0.0.1:{{port}}
              use_backend canary if { rand(100) lt {{RouterBench.CanaryPercent}} }
              default_backend stable
            backend stable
              http-after-response set-header X-Model-Variant stable
              server stable 127.0.0.1:{{backends.Stable}}
            backend canary
              http-after-response set-header X-Model-Variant canary
              server canary 127.0.0.1:{{backends.Canary}}

            """,
            cancellation);
        var start = new ProcessStartInfo(haproxy.FullPath!);
        foreach (var argument in (string[])["-db", "-f", configuration])
            start.ArgumentList.Add(argument);
        return new MeasuredServer("haproxy", await ServerProcess.StartAsync("haproxy", start, port, KillAsync, cancellation), port);

        static Task KillAsync(Process process)
        {
            // In the foreground (-db), haproxy is one process.
            process.Kill();
            return Task.CompletedTask;
        }
    }

    /// <summary>The router as it is deployed.</summary>
    /// <param name="folder">The folder for its documents and its journal.</param>
    /// <param name="backends">The backends.</param>
    /// <param name="cancellation">Cancels the start.</param>
    /// <param name="change">Changes its settings; null for none.</param>
    internal static Task<MeasuredServer> RouterAsync(
        TemporaryFolder folder,
        Backends backends,
        CancellationToken cancellation,
        Func<RouterSettings, RouterSettings>? change = null) => RouterAsync(
            RouterBench.Router,
            new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Router")),
            HostSources.Sqlite(folder.Combine("journal.db")),
            folder,
            backends,
            cancellation,
            change);

    /// <summary>Another build of the router, with the same settings.</summary>
    internal static Task<MeasuredServer> OtherRouterAsync(
        string program, TemporaryFolder folder, Backends backends, CancellationToken cancellation) => RouterAsync(
            RouterBench.Other,
            new ProcessStartInfo(program),
            HostSources.Sqlite(folder.Combine("other.db")),
            folder,
            backends,
            cancellation);

    /// <summary>The router without guard, journal and metrics.</summary>
    internal static Task<MeasuredServer> BareRouterAsync(TemporaryFolder folder, Backends backends, CancellationToken cancellation) =>
        RouterAsync(RouterBench.Bare, Bench(BareRouter.Command), null, folder, backends, cancellation);

    /// <summary>A proxy that does little but forward.</summary>
    /// <param name="client">Its HTTP client, one of <see cref="MinimalProxy.Clients"/>.</param>
    /// <param name="backends">The backends.</param>
    /// <param name="cancellation">Cancels the start.</param>
    internal static async Task<MeasuredServer> MinimalAsync(string client, Backends backends, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        var start = Bench(MinimalProxy.Command, client, $"{port}", $"{backends.Stable}", $"{backends.Canary}");
        start.Environment[InlineCompletions] = "1";
        return new MeasuredServer(client, await ServerProcess.StartAsync(client, start, port, CloseInputAsync, cancellation), port);
    }

    // Idle threads spin as little as those of the router, so the proxies are comparable with it.
    private static ProcessStartInfo Bench(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Bench"), arguments);
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        return start;
    }

    private static async Task<MeasuredServer> RouterAsync(
        string name,
        ProcessStartInfo start,
        string? journal,
        TemporaryFolder folder,
        Backends backends,
        CancellationToken cancellation,
        Func<RouterSettings, RouterSettings>? change = null)
    {
        var port = FreePort.Find();
        var plan = BenchRollout.Plan();
        var endpoints = BenchRollout.Endpoints(backends.Stable, backends.Canary);
        await File.WriteAllBytesAsync(folder.Combine("plan.json"), plan.ToUtf8(), cancellation);
        await File.WriteAllBytesAsync(folder.Combine("endpoints.json"), endpoints.ToUtf8(), cancellation);
        var settings = new RouterSettings
        {
            Urls = $"http://127.0.0.1:{port}",
            LogFormat = LogFormat.Text,
            StopWithParent = true,
            Plan = "file:" + folder.Combine("plan.json"),
            Endpoints = "file:" + folder.Combine("endpoints.json"),
            Journal = journal,
            // As in the cloud. The bare router makes no attempts known, so it logs none.
            AccessLog = new AccessLogSettings { Sample = 100 },
        };
        foreach (var (variable, value) in (change?.Invoke(settings) ?? settings).ToEnvironment())
            start.Environment[variable] = value;
        // For the bare router. The router's own program sets this variable itself.
        start.Environment[InlineCompletions] = "1";
        var process = await ServerProcess.StartAsync(name, start, port, CloseInputAsync, cancellation);
        await ReadyAsync(port, cancellation);
        return new MeasuredServer(name, process, port);
    }

    internal static Task CloseInputAsync(Process process)
    {
        process.StandardInput.Close();
        return Task.CompletedTask;
    }

    /// <summary>Waits until a server reports that it is ready.</summary>
    internal static async Task ReadyAsync(int port, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{InferencePaths.HealthReady}"), cancellation);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(50, cancellation);
        }

        throw new BenchException($"the server on port {port} did not become ready");
    }
}

using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting.Connections;
using ModelServing.Hosting.Logging;
using ModelServing.Hosting.Memory;

namespace ModelServing.Hosting;

/// <summary>
/// What every host does in the same way: settings from the environment, logs, telemetry, health, the address it listens on, the drain at
/// its end, and, if it cannot start, one clear line and an exit code.
/// </summary>
/// <remarks>
/// <code>
/// 1 read settings           if they are wrong: one line on standard error, exit code 2 (in step 4, too)
/// 2 build                   how it listens, logs, telemetry, health, then the host's own services
/// 3 listen                  if the address is taken: one line, exit code 3
/// 4 write the address file  so that the program that started the host learns the port
/// 5 serve                   until a signal, the parent's end, or <see cref="HostFailure"/> (exit code 1)
/// 6 drain                   not ready, wait DrainDelay, finish the requests in flight within DrainTimeout
/// </code>
/// </remarks>
public static class ServiceHost
{
    /// <summary>Exit code: a setting is missing or wrong.</summary>
    public const int WrongSettings = 2;

    /// <summary>Exit code: the host cannot listen on its address.</summary>
    public const int NoAddress = 3;

    private const int RequestBuffer = 64 * 1024;

    /// <summary>Runs a host until it is stopped, and returns the process's exit code.</summary>
    /// <param name="name">The program's name in logs and messages.</param>
    /// <param name="read">Reads the settings.</param>
    /// <param name="add">Adds the host's services.</param>
    /// <param name="map">Adds the host's middleware and endpoints.</param>
    /// <param name="listen">Decides how the host listens; by default on the addresses of its settings.</param>
    public static async Task<int> RunAsync<TSettings>(
        string name,
        Func<HostEnvironment, TSettings> read,
        Action<WebApplicationBuilder, TSettings> add,
        Action<WebApplication, TSettings> map,
        Func<TSettings, IHostListener>? listen = null)
        where TSettings : HostSettings
    {
        ArgumentNullException.ThrowIfNull(read);
        TSettings settings;
        IHostListener listener;
        WebApplication app;
        try
        {
            settings = read(HostEnvironment.OfProcess);
            listener = listen?.Invoke(settings) ?? new AddressListener(settings);
            app = Build(name, settings, add, map, listener);
        }
        catch (ContractException e)
        {
            await Console.Error.WriteLineAsync(VisibleText.From($"{name}: {e.Message}"));
            return WrongSettings;
        }

        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // A signal, or a failure that was found before the host had started.
                return app.Services.GetRequiredService<HostFailure>().ExitCode;
            }
            catch (Exception e) when (listener.Explain(e) is { } why)
            {
                await Console.Error.WriteLineAsync(VisibleText.From($"{name}: {why}"));
                return NoAddress;
            }

            if (settings.AddressFile is { } file)
            {
                try
                {
                    AtomicFile.Write(file, Encoding.UTF8.GetBytes(app.Urls.First()));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    await Console.Error.WriteLineAsync($"{name}: {HostEnvironment.NameOf(nameof(settings.AddressFile))} '{file}' " +
                        $"can't be written: {e.Message}");
                    await app.StopAsync();
                    return WrongSettings;
                }
            }

            await app.WaitForShutdownAsync();
            return app.Services.GetRequiredService<HostFailure>().ExitCode;
        }
    }

    /// <summary>Builds a host without starting it.</summary>
    /// <exception cref="ContractException">A setting is wrong.</exception>
    public static WebApplication Build<TSettings>(
        string name,
        TSettings settings,
        Action<WebApplicationBuilder, TSettings> add,
        Action<WebApplication, TSettings> map,
        IHostListener? listener = null)
        where TSettings : HostSettings
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(map);
        listener ??= new AddressListener(settings);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // What Kestrel reads ahead of a request; by default it is 1 MiB for each connection.
            kestrel.Limits.MaxRequestBufferSize = RequestBuffer;
        });
        listener.Listen(builder);
        builder.Services.AddRoutingCore();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HostSettings>(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<Liveness>();
        builder.Services.AddSingleton<HostFailure>();
        ConnectionLimits.Add(builder, settings.MaxConnections);
        builder.Services.AddSingleton<HostLoops>();
        builder.Services.AddHostedService<LoopStarter>();
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTimeout);
        Logs.Add(builder, name, settings);
        var otlp = OtlpVariables.Read(settings, Environment.GetEnvironmentVariables());
        if (listener.HasOperations)
            Telemetry.Add(builder, name, otlp);
        else
            builder.Services.AddMetrics();
        add(builder, settings);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(app.Logger, name, string.Join(", ", app.Urls)));
        var connections = app.Services.GetRequiredService<ConnectionLimit>();
        HostMetrics.Add(app.Services.GetRequiredService<IMeterFactory>(), connections, app.Services.GetService<ByteBudget>());
        ConnectionLimits.Use(app);
        if (app.Services.GetService<IHostFront>() is { } front)
            app.Use(front.Before);
        if (listener.HasOperations && otlp.HasTraces)
            app.Use(RequestTracing.Trace);
        app.Use(HeadRequests.AsGet);
        if (settings.LoopbackHostsOnly)
            LoopbackHosts.Require(app);
        map(app, settings);
        if (!listener.HasOperations)
            return app;
        OwnAnswers.Complete(app);
        app.UseRouting();
        Telemetry.Map(app);
        Health.Map(app);
        return app;
    }
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Host} listens on {Addresses}")]
    internal static partial void Listening(ILogger logger, string host, string addresses);

    [LoggerMessage(2, LogLevel.Critical, "{Message}")]
    internal static partial void Failed(ILogger logger, string message);

    [LoggerMessage(3, LogLevel.Information, "Stopping: {Why}")]
    internal static partial void Stopping(ILogger logger, string why);
}

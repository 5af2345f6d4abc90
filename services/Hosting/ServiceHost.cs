using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>
/// What every host does in the same way: settings from the environment, logs, telemetry, health, the address it listens on, the
/// drain at its end, and one clear line with an exit code when it can't start.
/// </summary>
/// <remarks>
/// <code>
/// 1 read settings           wrong ones: one line on standard error, exit code 2
/// 2 build                   logs, telemetry, health, then the host's own services
/// 3 listen                  an address that is taken: one line, exit code 3
/// 4 write the address file  who started the host learns the port
/// 5 serve                   until a signal, the parent's end, or <see cref="HostFailure"/> (exit code 1)
/// 6 drain                   not ready, wait DrainDelay, finish what is in flight within DrainTimeout
/// </code>
/// </remarks>
public static class ServiceHost
{
    /// <summary>Exit code: a setting is missing or wrong.</summary>
    public const int WrongSettings = 2;

    /// <summary>Exit code: the address to listen on can't be had.</summary>
    public const int NoAddress = 3;

    /// <summary>Runs a host until it is told to stop; gives the process's exit code.</summary>
    /// <param name="name">The program's name, as its logs show it.</param>
    /// <param name="read">Reads the settings.</param>
    /// <param name="add">Adds the host's services.</param>
    /// <param name="map">Adds the host's middleware and endpoints.</param>
    public static async Task<int> RunAsync<TSettings>(
        string name,
        Func<HostEnvironment, TSettings> read,
        Action<WebApplicationBuilder, TSettings> add,
        Action<WebApplication, TSettings> map)
        where TSettings : HostSettings
    {
        ArgumentNullException.ThrowIfNull(read);
        TSettings settings;
        WebApplication app;
        try
        {
            settings = read(HostEnvironment.OfProcess);
            app = Build(name, settings, add, map);
        }
        catch (ContractException e)
        {
            await Console.Error.WriteLineAsync($"{name}: {e.Message}");
            return WrongSettings;
        }

        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (IOException e) when (e.Message.Contains("Failed to bind", StringComparison.Ordinal) || e.InnerException is AddressInUseException)
            {
                await Console.Error.WriteLineAsync(
                    $"{name}: can't listen on {settings.Urls}: {e.InnerException?.Message ?? e.Message} Give another address in ASPNETCORE_URLS, or stop what holds this one.");
                return NoAddress;
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to stop, or failed, before it listened.
                return app.Services.GetRequiredService<HostFailure>().ExitCode;
            }

            if (settings.AddressFile is { } file)
                WriteByRename(file, app.Urls.First());
            await app.WaitForShutdownAsync();
            return app.Services.GetRequiredService<HostFailure>().ExitCode;
        }
    }

    /// <summary>Builds a host that is not yet started.</summary>
    /// <exception cref="ContractException">A setting is wrong.</exception>
    public static WebApplication Build<TSettings>(
        string name,
        TSettings settings,
        Action<WebApplicationBuilder, TSettings> add,
        Action<WebApplication, TSettings> map)
        where TSettings : HostSettings
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(map);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = name });
        builder.WebHost.UseKestrelCore().UseUrls(settings.Urls).ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HostSettings>(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<HostFailure>();
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTimeout);
        Logs.Add(builder, name, settings);
        Telemetry.Add(builder, name);
        add(builder, settings);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(app.Logger, name, string.Join(", ", app.Urls)));
        map(app, settings);
        app.UseRouting();
        Telemetry.Map(app);
        Health.Map(app);
        return app;
    }

    private static void WriteByRename(string path, string text)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>Ends the host from within when it can't go on: says why, and gives the process the exit code 1.</summary>
public sealed class HostFailure(IHostApplicationLifetime lifetime, ILogger<HostFailure> logger)
{
    private int exitCode;

    /// <summary>The process's exit code: 0 unless <see cref="Stop"/> was called.</summary>
    public int ExitCode => exitCode;

    /// <summary>Stops the host; <paramref name="message"/> says what is wrong, where, and what would be right.</summary>
    public void Stop(string message)
    {
        exitCode = 1;
        Log.Failed(logger, message);
        lifetime.StopApplication();
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

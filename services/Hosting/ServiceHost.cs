using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting.Functions;

namespace ModelServing.Hosting;

/// <summary>
/// What every host does in the same way: settings from the environment, logs, telemetry, health, the address it listens on, the
/// drain at its end, and one clear line with an exit code when it can't start.
/// </summary>
/// <remarks>
/// <code>
/// 1 read settings           wrong ones: one line on standard error, exit code 2 (in step 4, too)
/// 2 build                   logs, telemetry, health, then the host's own services
/// 3 listen                  an address that is taken: one line, exit code 3; a function's socket, where OCI Functions has started it
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
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // A signal, or a failure that was found before the host had started.
                return app.Services.GetRequiredService<HostFailure>().ExitCode;
            }
            catch (Exception e) when (e is SocketException or IOException { InnerException: AddressInUseException } || (settings.Listener is not null && e is IOException or UnauthorizedAccessException))
            {
                var why = (e.InnerException ?? e).Message.TrimEnd('.');
                await Console.Error.WriteLineAsync(settings.Listener is { } listener
                    ? $"{name}: can't listen on {listener.Path}: {why}. Correct {FnListener.ListenerVariable}: its folder has to be there, and writable."
                    : $"{name}: can't listen on {settings.AllUrls}: {why}. Give another address in {HostSettings.UrlsVariable}, or stop what holds this one.");
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
                    await Console.Error.WriteLineAsync($"{name}: {HostEnvironment.NameOf(nameof(settings.AddressFile))} '{file}' can't be written: {e.Message}");
                    await app.StopAsync();
                    return WrongSettings;
                }
            }

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
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        if (settings.Listener is { } listener)
        {
            FnSocket.Add(builder, listener);
        }
        else
        {
            RequireAddresses(settings.AllUrls);
            builder.WebHost.UseUrls(settings.AllUrls);
        }

        builder.Services.AddRoutingCore();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HostSettings>(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<HostFailure>();
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainTimeout);
        Logs.Add(builder, name, settings);
        // Nobody reads a function's metrics, and its platform asks for no health; what it needs not is not started.
        if (settings.Listener is null)
            Telemetry.Add(builder, name);
        else
            builder.Services.AddMetrics();
        add(builder, settings);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(app.Logger, name, string.Join(", ", app.Urls)));
        map(app, settings);
        if (settings.Listener is not null)
            return app;
        app.UseRouting();
        Telemetry.Map(app);
        Health.Map(app);
        return app;
    }

    // Kestrel would throw for these only when it starts, each in its own way.
    private static void RequireAddresses(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            string? wrong = null;
            try
            {
                var address = BindingAddress.Parse(url);
                if (address.Scheme != Uri.UriSchemeHttp)
                    wrong = "only http is spoken here; what terminates TLS stands before it";
                else if (address.PathBase.Length > 0)
                    wrong = "a path has no meaning here";
                else if (address is { Host: "localhost", Port: 0 })
                    wrong = "localhost is more than one address, and they can't share a free port: write http://127.0.0.1:0";
                else if (!address.IsUnixPipe && address.Port is < 0 or > 65535)
                    wrong = "a port is from 0 to 65535";
                else if (!address.IsUnixPipe && address.Host is not ("localhost" or "*" or "+") && !IPAddress.TryParse(address.Host, out _))
                    wrong = $"'{address.Host}' is no IP address, localhost or *, and Kestrel would listen on every address for it";
            }
            catch (FormatException)
            {
                wrong = "it is no address";
            }

            if (wrong is not null)
            {
                throw new ContractException(
                    $"the environment variable {HostSettings.UrlsVariable} has '{url}': {wrong}; it has to be an address as in http://127.0.0.1:8080, or several with ';' between them");
            }
        }
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
